import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/component.ts'
import { boolean, list, oneOf, template, withDefault } from '../../manifest/fields.ts'
import { setOwn } from '../../template/dict.ts'
import { valueText } from '../requesters/value-text.ts'
import { RecordExpansion } from './extractor.ts'
import { valuesAt } from './field-path.ts'

export const RecordExpander = defineComponent(RecordExpansion, {
  type: 'RecordExpander',
  summary: 'Makes a record of every item in a list inside a record.',
  fields: {
    expand_records_from_field: list(template([], { description: 'A key, or `*` for all.' }), { description: 'Path of the list.' }),
    remain_original_record: withDefault(boolean({ description: 'Keep the record around it as `original_record`.' }), false),
    on_no_records: withDefault(
      oneOf(['skip', 'emit_parent'], { description: 'What becomes of a record without items: nothing, or itself.' }),
      'skip',
    ),
  },
  examples: [{ title: 'Lines of an invoice', manifest: { type: 'RecordExpander', expand_records_from_field: ['lines', 'data'] } }],
  create: ({ expand_records_from_field, remain_original_record, on_no_records }, { dialect }) => {
    const path = expand_records_from_field.map((segment) => valueText(segment.evaluate({}), dialect))
    if (path.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', "'expand_records_from_field' must name a list")
    return (record) => {
      const items = valuesAt(record, path).flatMap((found) => (Array.isArray(found) ? found : []))
      if (items.length === 0) return on_no_records === 'emit_parent' ? [record] : []
      return remain_original_record ? items.map((item) => beside(item, record)) : items
    }
  },
})

/** What is no object becomes `value`. The record around is a copy: transformations must not reach it through its items. */
function beside(item: unknown, record: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof item === 'object' && item !== null && !Array.isArray(item)
  const row: Record<string, unknown> = isObject ? { ...item } : { value: item }
  setOwn(row, 'original_record', structuredClone(record))
  return row
}
