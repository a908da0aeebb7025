import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, slot } from '../../manifest/definition/fields.ts'
import { ConfigMigrationRule, ConfigRules, ConfigTransformation, ConfigValidator } from './config-rule.ts'

export const ConfigNormalizationRules = defineComponent(ConfigRules, {
  type: 'ConfigNormalizationRules',
  summary: 'What happens to a config before it is used: it is brought up to date, changed for this run, and checked.',
  fields: {
    config_migrations: optional(
      list(slot(ConfigMigrationRule, { description: 'A migration.', default_type: 'ConfigMigration' }), {
        description: 'Changes that the config keeps, in order.',
      }),
    ),
    transformations: optional(
      list(slot(ConfigTransformation, { description: 'A transformation.' }), { description: 'Changes for this run alone, in order.' }),
    ),
    validations: optional(list(slot(ConfigValidator, { description: 'A validation.' }), { description: 'Checks, after all changes.' })),
  },
  examples: [
    {
      title: 'A field that was renamed',
      manifest: {
        type: 'ConfigNormalizationRules',
        config_migrations: [
          {
            type: 'ConfigMigration',
            transformations: [
              {
                type: 'ConfigAddFields',
                fields: [{ type: 'AddedFieldDefinition', path: ['api_key'], value: "{{ config['key'] }}" }],
                condition: "{{ config.get('key') }}",
              },
              { type: 'ConfigRemoveFields', field_pointers: [['key']] },
            ],
          },
        ],
      },
    },
  ],
  create: ({ config_migrations = [], transformations = [], validations = [] }) => ({
    migrate: (config) => {
      for (const migrate of config_migrations) migrate(config)
    },
    transform: (config) => {
      for (const transform of transformations) transform(config)
    },
    validate: async (config) => {
      for (const validate of validations) await validate(config)
    },
  }),
})
