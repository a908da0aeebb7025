import { defineComponent } from '../../manifest/definition/component.ts'
import { SessionTokenUse } from './session-token-use.ts'

export const SessionTokenRequestBearerAuthenticator = defineComponent(SessionTokenUse, {
  type: 'Bearer',
  aliases: ['SessionTokenRequestBearerAuthenticator'],
  summary: 'Sends the session token as `Authorization: Bearer <token>`.',
  fields: {},
  examples: [{ title: 'As bearer token', manifest: { type: 'Bearer' } }],
  create: () => ({ parts: (token) => ({ headers: { Authorization: `Bearer ${token}` } }) }),
})
