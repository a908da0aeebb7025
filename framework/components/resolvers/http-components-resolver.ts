import { defined } from '../../defined.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot } from '../../manifest/definition/fields.ts'
import { rowsWithScope } from '../read/all-rows.ts'
import { Retriever } from '../read/retriever.ts'
import { ComponentMapping, ComponentsResolver, fillIn } from './components-resolver.ts'

export const HttpComponentsResolver = defineComponent(ComponentsResolver, {
  type: 'HttpComponentsResolver',
  summary: 'Makes a stream of every record that the source lists: tables, forms, sheets.',
  fields: {
    retriever: slot(Retriever, { description: 'Reads the list.', default_type: 'SimpleRetriever' }),
    components_mapping: list(slot(ComponentMapping, { description: 'A field.', default_type: 'ComponentMappingDefinition' }), {
      description: 'Fields of the template that differ from stream to stream.',
    }),
  },
  examples: [
    {
      title: 'A stream per table',
      manifest: {
        type: 'HttpComponentsResolver',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'tables' },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['tables'] } },
        },
        components_mapping: [{ type: 'ComponentMappingDefinition', field_path: ['name'], value: '{{ components_values.name }}' }],
      },
    },
  ],
  create: ({ retriever, components_mapping: mappings }, { path }) => ({
    async *resolve(template, signal) {
      const options = { stream: `the list at ${path}`, ...defined({ signal }) }
      for await (const { row, scope } of rowsWithScope(retriever, options)) {
        yield fillIn(template, { mappings, scope: { ...scope, components_values: row }, rules: { text: 'text', creates: false } })
      }
    },
  }),
})
