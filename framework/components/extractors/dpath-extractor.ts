import { ConnectorError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, list, optional, slot, template, withDefault } from '../../manifest/definition/fields.ts'
import type { Row } from '../../protocol/messages.ts'
import { truthy } from '../../template/python/values.ts'
import { RecordExpansion, RecordExtractor } from '../read/extractor.ts'
import { valueAt, valuesAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'

export const DpathExtractor = defineComponent(RecordExtractor, {
  type: 'DpathExtractor',
  summary: 'Takes the records at a path of the body: a list gives its items, an object is one record.',
  fields: {
    field_path: list(template([], { description: 'A key, a list index, or `*` for all.' }), {
      description: 'The path; empty for the body itself.',
      examples: [['data'], ['data', '*', 'record'], []],
    }),
    required: withDefault(
      boolean({
        description: 'The path must be there: a body without it is an error, and the request is tried again. An empty list is fine.',
      }),
      false,
    ),
    record_expander: optional(slot(RecordExpansion, { description: 'Makes several records of each.', default_type: 'RecordExpander' })),
  },
  examples: [{ title: 'Records below a key', manifest: { type: 'DpathExtractor', field_path: ['data'] } }],
  create: ({ field_path, required, record_expander: expand }, { dialect }) => {
    const path = field_path.map((segment) => valueText(segment.evaluate({}), dialect))
    const find = path.includes('*') ? (body: unknown) => valuesAt(body, path) : (body: unknown) => valueAt(body, path)
    return {
      extract: (body) => {
        const found = find(body)
        if (required && (found === undefined || found === null || typeof found !== 'object')) throw missing(path)
        // What is no object is refused by the selector, which knows the record's position.
        const records = Array.isArray(found) ? (found as readonly Row[]) : truthy(found) ? [found as Row] : []
        return expand ? (records.flatMap(expand) as readonly Row[]) : records
      },
    }
  },
})

function missing(path: readonly string[]): ConnectorError {
  const message = `the body has no data at '${path.join('.')}', where the manifest requires it`
  return new ConnectorError('ERR_DATA_MISSING', message, { failureType: 'transient_error' })
}
