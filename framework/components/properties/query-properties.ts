import { defineComponent } from '../../manifest/definition/component.ts'
import { either, list, optional, slot, string } from '../../manifest/definition/fields.ts'
import { PropertyChunks, PropertyList, PropertySelector, QueryProperties } from '../read/properties.ts'

export const RequestedProperties = defineComponent(QueryProperties, {
  type: 'QueryProperties',
  summary: 'Names the properties that requests ask for, in as many requests as the source needs.',
  fields: {
    property_list: either(
      Array.isArray,
      list(string({ description: 'A property.' }), { description: 'The properties, or where to ask for them.' }),
      slot(PropertyList, { description: 'Where to ask for them.' }),
    ),
    always_include_properties: optional(
      list(string({ description: 'A property.' }), { description: 'Properties that every request asks for, such as the key.' }),
    ),
    property_chunking: optional(
      slot(PropertyChunks, { description: 'Divides the properties among requests.', default_type: 'PropertyChunking' }),
    ),
    property_selector: optional(slot(PropertySelector, { description: 'Leaves out properties that nobody wants.' })),
  },
  examples: [
    {
      title: 'At most two properties besides the id per request',
      manifest: {
        type: 'QueryProperties',
        property_list: ['name', 'email', 'phone'],
        always_include_properties: ['id'],
        property_chunking: { type: 'PropertyChunking', property_limit_type: 'property_count', property_limit: 2 },
      },
    },
  ],
  create: ({ property_list, always_include_properties: always = [], property_chunking, property_selector: select }) => {
    const split = (names: readonly string[], selected: ReadonlySet<string> | undefined) => {
      if (property_chunking) return property_chunking.split({ names, always, selected })
      return [[...always, ...names.filter((name) => selected?.has(name) ?? true)]]
    }
    return {
      chunks: async ({ schema, signal }) => {
        const names = 'names' in property_list ? await property_list.names(signal) : property_list
        return split(names, schema && select?.(schema))
      },
      known: () => ('names' in property_list ? undefined : split(property_list, undefined)),
      keyOf: property_chunking?.keyOf,
    }
  },
})
