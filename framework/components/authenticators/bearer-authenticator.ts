import { defineComponent } from '../../manifest/definition/component.ts'
import { template } from '../../manifest/definition/fields.ts'
import { Authenticator } from './authenticator.ts'
import { credential } from './credential.ts'

export const BearerAuthenticator = defineComponent(Authenticator, {
  type: 'BearerAuthenticator',
  summary: 'Sends `Authorization: Bearer <token>`.',
  fields: {
    api_token: template([], { description: 'The token.', examples: ["{{ config['access_token'] }}"] }),
  },
  examples: [{ title: 'Token from the config', manifest: { type: 'BearerAuthenticator', api_token: "{{ config['access_token'] }}" } }],
  create: ({ api_token }, context) => ({
    parts: (scope) => ({ headers: { Authorization: `Bearer ${credential(api_token, scope, context)}` } }),
  }),
})
