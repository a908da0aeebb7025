import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, list, oneOf, optional, slot, template, withDefault } from '../../manifest/definition/fields.ts'
import { setOwn } from '../../template/python/dict.ts'
import { ParentField, RecordExpansion } from '../read/extractor.ts'
import { removeAt, valuesAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'

export const RecordExpander = defineComponent(RecordExpansion, {
  type: 'RecordExpander',
  summary: 'Makes a record of every item in a list inside a record.',
  fields: {
    expand_records_from_field: list(template([], { description: 'A key, or `*` for all.' }), { description: 'Path of the list.' }),
    remain_original_record: withDefault(boolean({ description: 'Keep the record around it as `original_record`.' }), false),
    merge_parent: withDefault(
      boolean({ description: 'Put the fields of the record around it, without the list, into each item; those of the item win.' }),
      false,
    ),
    parent_fields: optional(
      list(slot(ParentField, { description: 'A field.', default_type: 'ParentFieldPath' }), {
        description: 'Fields of the record around it to put into each item, after `merge_parent`.',
      }),
    ),
    on_no_records: withDefault(
      oneOf(['skip', 'emit_parent'], { description: 'What becomes of a record without items: nothing, or itself.' }),
      'skip',
    ),
  },
  examples: [
    { title: 'Lines of an invoice', manifest: { type: 'RecordExpander', expand_records_from_field: ['lines', 'data'] } },
    {
      title: 'Lines with the id of their invoice',
      manifest: {
        type: 'RecordExpander',
        expand_records_from_field: ['lines'],
        parent_fields: [{ type: 'ParentFieldPath', parent_path: ['id'], record_path: ['invoice_id'] }],
      },
    },
  ],
  create: ({ expand_records_from_field, remain_original_record, merge_parent, parent_fields = [], on_no_records }, { dialect }) => {
    const path = expand_records_from_field.map((segment) => valueText(segment.evaluate({}), dialect))
    if (path.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', "'expand_records_from_field' must name a list")
    const isPlain = !remain_original_record && !merge_parent && parent_fields.length === 0
    return (record) => {
      const items = valuesAt(record, path).flatMap((found) => (Array.isArray(found) ? found : []))
      if (items.length === 0) return on_no_records === 'emit_parent' ? [record] : []
      if (isPlain) return items
      const base = merge_parent ? without(record, path) : {}
      return items.map((item) => {
        const row = { ...structuredClone(base), ...asObject(item) }
        for (const field of parent_fields) field.copy(record, row)
        if (remain_original_record) setOwn(row, 'original_record', structuredClone(record))
        return row
      })
    }
  },
})

/** What is no object becomes `value`. Whatever comes of the record around is a copy: transformations must not reach it through its items. */
function asObject(item: unknown): Record<string, unknown> {
  return isNode(item) ? item : { value: item }
}

/** The record around, without the lists that are expanded. */
function without(record: unknown, path: readonly string[]): Record<string, unknown> {
  const rest: unknown = structuredClone(record)
  if (!isNode(rest)) return {}
  removeAt(rest, path, Array.isArray)
  return rest
}
