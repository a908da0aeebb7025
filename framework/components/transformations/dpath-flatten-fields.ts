import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, list, optional, slot, template, withDefault } from '../../manifest/definition/fields.ts'
import type { Row } from '../../protocol/messages.ts'
import { setOwn } from '../../template/python/dict.ts'
import { Transformation } from '../read/transformation.ts'
import { removeAt, valueAt, valuesAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'
import { KeyRenaming } from './key-renaming.ts'

export const DpathFlattenFields = defineComponent(Transformation, {
  type: 'DpathFlattenFields',
  summary: 'Lifts the fields of one nested object to the top, unless one of their names is taken.',
  fields: {
    field_path: list(template([], { description: 'A key, or `*` for the first that fits.' }), { description: 'Path of the object.' }),
    delete_origin_value: withDefault(boolean({ description: 'Remove the object from where it was.' }), false),
    replace_record: withDefault(boolean({ description: 'Keep nothing but its fields.' }), false),
    key_transformation: optional(slot(KeyRenaming, { description: 'Renames the fields on the way.', default_type: 'KeyTransformation' })),
  },
  examples: [{ title: 'Lift and remove', manifest: { type: 'DpathFlattenFields', field_path: ['attributes'], delete_origin_value: true } }],
  create: ({ field_path, delete_origin_value, replace_record, key_transformation: rename }, { dialect }) => {
    const path = field_path.map((segment) => valueText(segment.evaluate({}), dialect))
    return {
      transform: (record) => {
        const found = path.includes('*') ? valuesAt(record, path)[0] : valueAt(record, path)
        if (typeof found !== 'object' || found === null || Array.isArray(found)) return record
        const fields = Object.entries(found).map(([key, value]): [string, unknown] => [rename ? rename(key) : key, value])
        if (replace_record && fields.length > 0) return Object.fromEntries(fields)
        if (fields.some(([key]) => Object.hasOwn(record, key))) return record
        if (delete_origin_value) removeAt(record, path)
        return merged(record, fields)
      },
    }
  },
})

function merged(record: Row, fields: readonly (readonly [string, unknown])[]): Row {
  for (const [key, value] of fields) setOwn(record, key, value)
  return record
}
