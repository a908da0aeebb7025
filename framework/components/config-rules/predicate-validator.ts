import { defineComponent, type Field } from '../../manifest/definition/component.ts'
import { raw, slot, template } from '../../manifest/definition/fields.ts'
import { ConfigValidator, ValidationStrategy } from './config-rule.ts'

const description = 'The value: a template, or any other value as written.'
const templateField = template([], { description })

/** A text is a template of the config; other values are what they are. */
const value: Field<(config: Readonly<Record<string, unknown>>) => unknown> = {
  ...raw({}, { description }),
  build: (node, context) => {
    if (typeof node !== 'string') return () => node
    const compiled = templateField.build(node, context)
    return (config) => compiled.evaluate({ config })
  },
}

export const PredicateValidator = defineComponent(ConfigValidator, {
  type: 'PredicateValidator',
  summary: 'Checks a value that a template makes of the config.',
  fields: {
    value,
    validation_strategy: slot(ValidationStrategy, { description: 'What it must be.', default_type: 'ValidateAdheresToSchema' }),
  },
  examples: [
    {
      title: 'No more than ten reports',
      manifest: {
        type: 'PredicateValidator',
        value: "{{ config.get('reports', []) | length }}",
        validation_strategy: { type: 'ValidateAdheresToSchema', base_schema: { type: 'integer', maximum: 10 } },
      },
    },
  ],
  create:
    ({ value: read, validation_strategy: check }) =>
    (config) =>
      check(read(config)),
})
