import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot, template } from '../../manifest/definition/fields.ts'
import { valueAt, valuesAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'
import { ConfigValidator, ValidationStrategy } from './config-rule.ts'

export const DpathValidator = defineComponent(ConfigValidator, {
  type: 'DpathValidator',
  summary: 'Checks the values at a path of the config; a path that does not exist is accepted.',
  fields: {
    field_path: list(template([], { description: 'A key, or `*` for all.' }), { description: 'Where the values are.' }),
    validation_strategy: slot(ValidationStrategy, { description: 'What they must be.', default_type: 'ValidateAdheresToSchema' }),
  },
  examples: [
    {
      title: 'A report that the user writes as JSON',
      manifest: {
        type: 'DpathValidator',
        field_path: ['custom_report'],
        validation_strategy: { type: 'ValidateAdheresToSchema', base_schema: { type: 'object', required: ['name'] } },
      },
    },
  ],
  create: ({ field_path, validation_strategy: check }, { dialect }) => {
    if (field_path.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', "'field_path' must name a field")
    const path = field_path.map((segment) => valueText(segment.evaluate({}), dialect))
    return async (config) => {
      const found = valueAt(config, path)
      const values = path.includes('*') ? valuesAt(config, path) : found === undefined ? [] : [found]
      for (const value of values) await named(path, () => check(value))
    }
  },
})

async function named(path: readonly string[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown
    throw new ConfigError(thrown.code, `config field '${path.join('.')}': ${thrown.message}`)
  }
}
