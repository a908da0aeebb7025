import { defineComponent } from '../../manifest/definition/component.ts'
import { template } from '../../manifest/definition/fields.ts'
import { Transformation } from '../read/transformation.ts'
import { valueText } from '../values/value-text.ts'
import { renameKeys } from './rename-keys.ts'

const roots = ['record', 'stream_slice', 'stream_partition', 'stream_interval']

export const KeysReplace = defineComponent(Transformation, {
  type: 'KeysReplace',
  summary: 'Replaces a text inside keys, also in nested objects.',
  fields: {
    old: template(roots, { description: 'The text to replace.' }),
    new: template(roots, { description: 'Replacement text.' }),
  },
  examples: [{ title: 'Blanks', manifest: { type: 'KeysReplace', old: ' ', new: '_' } }],
  create: ({ old, new: replacement }, { dialect }) => ({
    transform: (record, scope) => {
      const seen = { ...scope, record }
      const from = valueText(old.evaluate(seen), dialect)
      const to = valueText(replacement.evaluate(seen), dialect)
      return renameKeys(record, (key) => key.replaceAll(from, () => to), 'deep')
    },
  }),
})
