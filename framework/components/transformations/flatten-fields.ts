import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, withDefault } from '../../manifest/definition/fields.ts'
import { isObject } from '../../protocol/json.ts'
import type { Row } from '../../protocol/messages.ts'
import { setOwn } from '../../template/python/dict.ts'
import { Transformation } from '../read/transformation.ts'

export const FlattenFields = defineComponent(Transformation, {
  type: 'FlattenFields',
  summary: 'Lifts nested fields to the top. A key gets the path as prefix when it is taken, or once a list was met. Empty objects vanish.',
  fields: {
    flatten_lists: withDefault(boolean({ description: 'Lift the items of lists too, as `list.0`.' }), true),
  },
  examples: [{ title: 'One level', manifest: { type: 'FlattenFields' } }],
  create: ({ flatten_lists }) => ({ transform: (record) => flatten(record, { lists: flatten_lists }) }),
})

/** A stack, last in first out: the order of keys, and with it which of two clashing keys gets the prefix, is that of the reference. */
function flatten(record: Row, { lists }: { readonly lists: boolean }): Row {
  const flat: Row = {}
  const stack: [unknown, string][] = [[record, '_']]
  let withParent = false
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const [value, name] = entry
    if (Array.isArray(value) && lists) {
      withParent ||= value.length > 0
      value.forEach((item, index) => {
        stack.push([item, `${name}.${index}`])
      })
    } else if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        stack.push([item, withParent || Object.hasOwn(flat, key) ? `${name}.${key}` : key])
      }
    } else setOwn(flat, name, value)
  }
  return flat
}
