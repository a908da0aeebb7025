import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, slot } from '../../manifest/definition/fields.ts'
import type { Row } from '../../protocol/messages.ts'
import { PropertySelector } from '../read/properties.ts'
import { Transformation } from '../read/transformation.ts'

export const JsonSchemaPropertySelector = defineComponent(PropertySelector, {
  type: 'JsonSchemaPropertySelector',
  summary: 'Asks only for the properties that the configured catalog has in the schema of the stream.',
  fields: {
    transformations: optional(
      list(slot(Transformation, { description: 'A transformation.' }), {
        description: 'Change the properties of the schema first, where records have other names than the source.',
      }),
    ),
  },
  examples: [{ title: 'Selected columns only', manifest: { type: 'JsonSchemaPropertySelector' } }],
  create:
    ({ transformations = [] }) =>
    (schema) => {
      const properties = isNode(schema['properties']) ? structuredClone(schema['properties']) : {}
      const renamed = transformations.reduce<Row>((known, step) => step.transform(known, {}), properties as Row)
      return new Set(Object.keys(renamed))
    },
})
