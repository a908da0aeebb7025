import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot } from '../../manifest/definition/fields.ts'
import { ComponentMapping, ComponentsResolver, fillIn, StreamParameters } from './components-resolver.ts'

export const ParametrizedComponentsResolver = defineComponent(ComponentsResolver, {
  type: 'ParametrizedComponentsResolver',
  summary: 'Makes a stream of every entry of a list in the manifest.',
  fields: {
    stream_parameters: slot(StreamParameters, { description: 'The list.', default_type: 'StreamParametersDefinition' }),
    components_mapping: list(slot(ComponentMapping, { description: 'A field.', default_type: 'ComponentMappingDefinition' }), {
      description: 'Fields of the template that differ from stream to stream.',
    }),
  },
  examples: [
    {
      title: 'Streams that differ in their name only',
      manifest: {
        type: 'ParametrizedComponentsResolver',
        stream_parameters: { type: 'StreamParametersDefinition', list_of_parameters_for_stream: [{ name: 'orders' }, { name: 'refunds' }] },
        components_mapping: [{ type: 'ComponentMappingDefinition', field_path: ['name'], value: '{{ components_values.name }}' }],
      },
    },
  ],
  create: ({ stream_parameters, components_mapping: mappings }) => ({
    async *resolve(template) {
      for (const values of stream_parameters) {
        yield fillIn(template, { mappings, scope: { components_values: values }, rules: { text: 'yaml', creates: true } })
      }
    },
  }),
})
