import { ConfigError } from '../../errors.ts'
import { describe } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { either, list, optional, slot, template } from '../../manifest/definition/fields.ts'
import { toText } from '../../template/python/text.ts'
import type { Dialect } from '../../template/template.ts'
import { PartitionRouter } from '../read/partition-router.ts'
import { RequestOption } from '../read/request-option.ts'
import { injected } from './injected.ts'

const templated = template([], { description: 'A value.' })

/** The reference takes the values of a list as they stand; only a list that is itself a template is evaluated. */
const value: typeof templated = {
  ...templated,
  build: (node, context) =>
    context.dialect === 'native' ? templated.build(node, context) : { source: String(node), constant: true, evaluate: () => node },
}

export const ListPartitionRouter = defineComponent(PartitionRouter, {
  type: 'ListPartitionRouter',
  summary: 'Reads the stream once for every value of a list.',
  fields: {
    values: either(
      Array.isArray,
      list(value, { description: 'The values; templates in our own manifests, plain in foreign ones.' }),
      template([], { description: 'A template that yields the list.', examples: ["{{ config['repositories'] }}"] }),
    ),
    cursor_field: template([], { description: 'Name of the value in `stream_slice`.' }),
    request_option: optional(slot(RequestOption, { description: 'Where a request carries the value.', default_type: 'RequestOption' })),
  },
  examples: [
    {
      title: 'Two repositories',
      manifest: {
        type: 'ListPartitionRouter',
        values: ['connector', 'connector-docs'],
        cursor_field: 'repository',
        request_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'repo' },
      },
    },
  ],
  create: ({ values, cursor_field, request_option }, { dialect }) => ({
    async *partitions(scope) {
      const field = toText(cursor_field.evaluate(scope))
      const seen = new Set<unknown>()
      for (const value of 'evaluate' in values ? listOf(values.evaluate(scope), dialect) : values.map((entry) => entry.evaluate(scope))) {
        if (dialect === 'native' && seen.has(value)) continue
        seen.add(value)
        yield { values: { [field]: value }, extra: {}, parts: injected(request_option, value, scope), scope }
      }
    },
  }),
})

/** The reference takes an empty text for an empty list: a config without the list reads nothing. Ours says that it is missing. */
function listOf(value: unknown, dialect: Dialect): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === '' && dialect === 'airbyte') return []
  throw new ConfigError('ERR_MANIFEST_INVALID', `the values of a ListPartitionRouter must be a list, found ${describe(value)}`)
}
