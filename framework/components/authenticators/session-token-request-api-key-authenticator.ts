import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, slot, template } from '../../manifest/definition/fields.ts'
import { RequestOption } from '../read/request-option.ts'
import { credential } from './credential.ts'
import { SessionTokenUse } from './session-token-use.ts'

export const SessionTokenRequestApiKeyAuthenticator = defineComponent(SessionTokenUse, {
  type: 'ApiKey',
  aliases: ['SessionTokenRequestApiKeyAuthenticator'],
  summary: 'Sends the session token in a header, a query parameter or the body.',
  fields: {
    inject_into: slot(RequestOption, { description: 'Where the token goes.', default_type: 'RequestOption' }),
    api_token: optional(
      template(['session_token'], { description: 'What is sent; the bare token when absent.', examples: ['Token {{ session_token }}'] }),
    ),
  },
  examples: [
    {
      title: 'In a header',
      manifest: { type: 'ApiKey', inject_into: { type: 'RequestOption', inject_into: 'header', field_name: 'X-Session' } },
    },
  ],
  create: ({ inject_into, api_token }, context) => ({
    parts: (token, scope) => {
      const value = api_token ? credential(api_token, { session_token: token }, context) : token
      return inject_into.inject(value, scope)
    },
  }),
})
