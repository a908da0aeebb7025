import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { type BoundTemplate, list, template } from '../../manifest/definition/fields.ts'
import type { Dialect } from '../../template/template.ts'
import { ParentField } from '../read/extractor.ts'
import { setAt, valueAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'

export const ParentFieldPath = defineComponent(ParentField, {
  type: 'ParentFieldPath',
  summary: 'Copies one value of a record into every item that it is expanded to.',
  fields: {
    parent_path: list(template([], { description: 'A key.' }), { description: 'Where the record has the value; null where it has none.' }),
    record_path: list(template([], { description: 'A key; a missing one is created.' }), { description: 'Where the item gets it.' }),
  },
  examples: [
    { title: 'The id of the invoice', manifest: { type: 'ParentFieldPath', parent_path: ['id'], record_path: ['invoice', 'id'] } },
  ],
  create: ({ parent_path, record_path }, { dialect }) => {
    const from = plainPath('parent_path', parent_path, dialect)
    const to = plainPath('record_path', record_path, dialect)
    return { copy: (record, item) => setAt(item, to, structuredClone(valueAt(record, from) ?? null)) }
  },
})

function plainPath(name: string, segments: readonly BoundTemplate[], dialect: Dialect): readonly string[] {
  const path = segments.map((segment) => valueText(segment.evaluate({}), dialect))
  if (path.length > 0 && !path.some((segment) => /[*?[]/.test(segment))) return path
  throw new ConfigError('ERR_MANIFEST_INVALID', `${name} must name one field, not '${path.join('.')}'`)
}
