import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, template } from '../../manifest/definition/fields.ts'
import { valueText } from '../values/value-text.ts'
import { KeyRenaming } from './key-renaming.ts'

export const KeyTransformation = defineComponent(KeyRenaming, {
  type: 'KeyTransformation',
  summary: 'Puts a text before or behind a key.',
  fields: {
    prefix: optional(template([], { description: 'What comes before.' })),
    suffix: optional(template([], { description: 'What comes behind.' })),
  },
  examples: [{ title: 'A prefix', manifest: { type: 'KeyTransformation', prefix: 'custom_' } }],
  create: ({ prefix, suffix }, { dialect }) => {
    const [before, behind] = [prefix, suffix].map((part) => (part ? valueText(part.evaluate({}), dialect) : ''))
    return (key) => `${before}${key}${behind}`
  },
})
