import { defined } from '../../defined.ts'
import { ConnectorError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot, template } from '../../manifest/definition/fields.ts'
import { toText } from '../../template/python/text.ts'
import { rowsOf } from '../read/all-rows.ts'
import { PropertyList } from '../read/properties.ts'
import { Retriever } from '../read/retriever.ts'
import { valueAt } from '../values/field-path.ts'

export const PropertiesFromEndpoint = defineComponent(PropertyList, {
  type: 'PropertiesFromEndpoint',
  summary: 'Asks the source, once per stream and run, which properties there are.',
  fields: {
    property_field_path: list(template([], { description: 'A key.' }), { description: 'Where in a record its property is named.' }),
    retriever: slot(Retriever, { description: 'Reads one record per property.', default_type: 'SimpleRetriever' }),
  },
  examples: [
    {
      title: 'The fields of an object',
      manifest: {
        type: 'PropertiesFromEndpoint',
        property_field_path: ['name'],
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'contacts/properties' },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['results'] } },
        },
      },
    },
  ],
  create: ({ property_field_path, retriever }) => {
    const path = property_field_path.map((segment) => toText(segment.evaluate({})))
    const ask = async (signal: AbortSignal | undefined) => {
      const names: string[] = []
      for await (const row of rowsOf(retriever, { stream: 'properties', ...defined({ signal }) })) names.push(nameIn(row, path))
      return names
    }
    let asked: Promise<readonly string[]> | undefined
    return {
      names: (signal) => {
        // A failure is not kept: the next slice asks again.
        asked ??= ask(signal).catch((thrown: unknown) => {
          asked = undefined
          throw thrown
        })
        return asked
      },
    }
  },
})

function nameIn(row: Readonly<Record<string, unknown>>, path: readonly string[]): string {
  const name = valueAt(row, path)
  if (typeof name === 'string' || typeof name === 'number') return String(name)
  throw new ConnectorError('ERR_DATA_MISSING', `a record of the list of properties has no name at ${path.join('.')}`)
}
