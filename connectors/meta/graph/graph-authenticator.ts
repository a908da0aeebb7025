import { createHmac } from 'node:crypto'
import { Authenticator } from '../../../framework/components/authenticators/authenticator.ts'
import { AuthenticationError } from '../../../framework/errors.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { optional, template } from '../../../framework/manifest/definition/fields.ts'

export const GraphAuthenticator = defineComponent(Authenticator, {
  type: 'GraphAuthenticator',
  summary: 'Sends a Graph token in the Authorization header, and its proof when the app secret is known.',
  fields: {
    token: template(['account'], { description: 'The token of this call: of the user, or of the account that is read.' }),
    app_secret: optional(
      template([], { description: 'Secret of the app. With it every call carries `appsecret_proof`, made from the token of that call.' }),
    ),
  },
  examples: [
    { title: 'The token of the user', manifest: { type: 'GraphAuthenticator', token: "{{ config['access_token'] }}" } },
    {
      title: 'The token of each Page, with proof',
      manifest: { type: 'GraphAuthenticator', token: "{{ account['access_token'] }}", app_secret: "{{ config['app_secret'] }}" },
    },
  ],
  create: ({ token, app_secret }, context) => ({
    parts: (scope) => {
      const text = token.evaluate(scope)
      if (typeof text !== 'string' || text === '') {
        throw new AuthenticationError(
          'ERR_TOKEN_MISSING',
          'there is no token for this call: set access_token, or give the user a role on the account',
          { reach: scope['account'] === undefined ? 'login' : 'account' },
        )
      }
      context.services.http.secret(text)
      const headers = { Authorization: `Bearer ${text}` }
      const secret = app_secret?.evaluate(scope)
      if (typeof secret !== 'string' || secret === '') return { headers }
      context.services.http.secret(secret)
      const appsecret_proof = proofOf(text, secret)
      context.services.http.secret(appsecret_proof)
      return { headers, params: { appsecret_proof } }
    },
  }),
})

/** Hex HMAC-SHA256 of the exact token of the call, keyed with the app secret. */
export function proofOf(token: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(token).digest('hex')
}
