import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, template } from '../../manifest/definition/fields.ts'
import { Authenticator } from './authenticator.ts'
import { credential, text } from './credential.ts'

export const BasicHttpAuthenticator = defineComponent(Authenticator, {
  type: 'BasicHttpAuthenticator',
  summary: 'Sends `Authorization: Basic` with user name and password (RFC 7617, UTF-8).',
  fields: {
    username: template([], { description: 'The user name; some APIs want their key here.' }),
    password: optional(template([], { description: 'The password; empty when absent.' })),
  },
  examples: [
    {
      title: 'User and password',
      manifest: { type: 'BasicHttpAuthenticator', username: "{{ config['username'] }}", password: "{{ config['password'] }}" },
    },
  ],
  create: ({ username, password }, context) => ({
    parts: (scope) => {
      const secret = password ? text(password, scope, context.dialect) : ''
      if (secret !== '') context.services.http.secret(secret)
      // Without a password the user name is the key.
      const user = secret === '' ? credential(username, scope, context) : text(username, scope, context.dialect)
      const pair = Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')
      context.services.http.secret(pair)
      return { headers: { Authorization: `Basic ${pair}` } }
    },
  }),
})
