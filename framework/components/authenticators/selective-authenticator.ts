import { ConfigError, suggest } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, string } from '../../manifest/definition/fields.ts'
import { namedComponents } from '../../manifest/definition/named-components.ts'
import { pythonText } from '../../template/template.ts'
import { valueAt } from '../values/field-path.ts'
import { Authenticator } from './authenticator.ts'

export const SelectiveAuthenticator = defineComponent(Authenticator, {
  type: 'SelectiveAuthenticator',
  summary: 'Uses the authenticator that the config names.',
  fields: {
    authenticator_selection_path: list(string({ description: 'A key.' }), {
      description: 'Path of the config field that holds the name.',
      examples: [['credentials', 'auth_type']],
    }),
    authenticators: namedComponents(Authenticator, { description: 'The authenticators by name.' }),
  },
  examples: [
    {
      title: 'A token or nothing, as the config says',
      manifest: {
        type: 'SelectiveAuthenticator',
        authenticator_selection_path: ['auth_type'],
        authenticators: {
          token: { type: 'BearerAuthenticator', api_token: "{{ config['access_token'] }}" },
          sample: { type: 'NoAuth' },
        },
      },
      config: { auth_type: 'token' },
    },
  ],
  create: ({ authenticator_selection_path: path, authenticators }, { config }) => {
    const chosen = valueAt(config, path)
    const known = [...authenticators.keys()]
    if (chosen === undefined) {
      throw new ConfigError('ERR_CONFIG_INVALID', `the config has no '${path.join('.')}', which chooses among ${known.join(', ')}`)
    }
    const name = pythonText(chosen)
    const authenticator = authenticators.get(name)
    if (authenticator) return authenticator
    throw new ConfigError('ERR_CONFIG_INVALID', `the config field '${path.join('.')}' is '${name}'; ${suggest(name, known)}`)
  },
})
