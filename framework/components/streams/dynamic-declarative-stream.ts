import { cacheParents } from '../../manifest/cached-parents.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, optional, rawObject, slot, string, withDefault } from '../../manifest/definition/fields.ts'
import { propagate } from '../../manifest/document/parameters.ts'
import { ComponentsResolver } from '../resolvers/components-resolver.ts'
import { DynamicStreams } from './dynamic-streams.ts'

export const DynamicDeclarativeStream = defineComponent(DynamicStreams, {
  type: 'DynamicDeclarativeStream',
  summary: 'Streams made of one template, as many as a resolver finds values.',
  fields: {
    name: optional(string({ description: 'What checks call them as a group.' })),
    stream_template: rawObject({ description: 'A stream, with fields that the resolver fills in.' }),
    components_resolver: slot(ComponentsResolver, { description: 'Finds the values.', default_type: 'ConfigComponentsResolver' }),
    use_parent_parameters: withDefault(
      boolean({ description: 'Of two parameters of one name, the outer one wins; else the inner one.' }),
      true,
    ),
  },
  examples: [
    {
      title: 'A stream per report that the user defines',
      manifest: {
        type: 'DynamicDeclarativeStream',
        name: 'custom_reports',
        stream_template: {
          type: 'DeclarativeStream',
          name: '',
          retriever: {
            type: 'SimpleRetriever',
            requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: "reports/{{ parameters['id'] }}" },
            record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['rows'] } },
          },
          schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object' } },
          $parameters: { id: '' },
        },
        components_resolver: {
          type: 'ConfigComponentsResolver',
          stream_config: { type: 'StreamConfig', configs_pointer: ['reports'] },
          components_mapping: [
            { type: 'ComponentMappingDefinition', field_path: ['name'], value: '{{ components_values.name }}' },
            { type: 'ComponentMappingDefinition', field_path: ['$parameters', 'id'], value: '{{ components_values.id }}' },
          ],
        },
      },
    },
  ],
  create: ({ name, stream_template, components_resolver, use_parent_parameters }) => ({
    name,
    async *definitions(signal) {
      for await (const stream of components_resolver.resolve(stream_template, signal)) {
        const typed = Object.hasOwn(stream, 'type') ? stream : { type: 'DeclarativeStream', ...stream }
        const definition = propagate(typed, { precedence: use_parent_parameters ? 'parent' : 'own' })
        cacheParents([definition])
        yield definition
      }
    },
  }),
})
