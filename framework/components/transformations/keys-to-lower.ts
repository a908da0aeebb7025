import { defineComponent } from '../../manifest/definition/component.ts'
import { Transformation } from '../read/transformation.ts'
import { renameKeys } from './rename-keys.ts'

export const KeysToLower = defineComponent(Transformation, {
  type: 'KeysToLower',
  summary: 'Writes the top-level keys in lower case.',
  fields: {},
  examples: [{ title: 'Lower case', manifest: { type: 'KeysToLower' } }],
  create: () => ({ transform: (record) => renameKeys(record, (key) => key.toLowerCase(), 'top') }),
})
