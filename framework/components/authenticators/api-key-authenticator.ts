import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, slot, template } from '../../manifest/definition/fields.ts'
import { RequestOption } from '../read/request-option.ts'
import { valueText } from '../values/value-text.ts'
import { Authenticator } from './authenticator.ts'
import { credential } from './credential.ts'

export const ApiKeyAuthenticator = defineComponent(Authenticator, {
  type: 'ApiKeyAuthenticator',
  summary: 'Sends a key in a header, a query parameter or the body.',
  fields: {
    api_token: optional(template([], { description: 'The key.', examples: ["{{ config['api_key'] }}"] })),
    header: optional(template([], { description: 'Name of the header that carries the key; the older form of `inject_into`.' })),
    inject_into: optional(slot(RequestOption, { description: 'Where the key goes.', default_type: 'RequestOption' })),
  },
  examples: [
    {
      title: 'A key in a header',
      manifest: {
        type: 'ApiKeyAuthenticator',
        api_token: "{{ config['api_key'] }}",
        inject_into: { type: 'RequestOption', inject_into: 'header', field_name: 'X-Api-Key' },
      },
    },
  ],
  create: ({ api_token, header, inject_into }, context) => {
    if (!api_token) throw new ConfigError('ERR_MANIFEST_INVALID', "an ApiKeyAuthenticator needs 'api_token'")
    if ((header === undefined) === (inject_into === undefined)) {
      throw new ConfigError('ERR_MANIFEST_INVALID', "an ApiKeyAuthenticator needs either 'inject_into' or 'header'")
    }
    return {
      parts: (scope) => {
        const token = credential(api_token, scope, context)
        if (inject_into) return inject_into.inject(token, scope)
        return { headers: { [valueText(header?.evaluate(scope), context.dialect)]: token } }
      },
    }
  },
})
