import { defineComponent } from '../../manifest/definition/component.ts'
import { list, rawObject } from '../../manifest/definition/fields.ts'
import { StreamParameters } from './components-resolver.ts'

export const StreamParametersDefinition = defineComponent(StreamParameters, {
  type: 'StreamParametersDefinition',
  summary: 'Values that streams are made of, written in the manifest.',
  fields: {
    list_of_parameters_for_stream: list(rawObject({ description: 'The values of one stream.' }), { description: 'One entry per stream.' }),
  },
  examples: [
    { title: 'Two objects', manifest: { type: 'StreamParametersDefinition', list_of_parameters_for_stream: [{ name: 'orders' }] } },
  ],
  create: ({ list_of_parameters_for_stream }) => list_of_parameters_for_stream,
})
