import { Decoder } from '../../../../framework/components/decoders/decoder.ts'
import { createNormaliser } from '../../../../framework/components/extractors/normalise.ts'
import { RecordExtractor, RecordFilter } from '../../../../framework/components/read/extractor.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/definition/build.ts'
import { dictOf } from '../../../../framework/template/python/dict.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, recordOf, responseOf, sliceScopeOf } from '../check-vectors.ts'

function contextOf({ config, parameters }: Input) {
  return testContext({ dialect: 'airbyte', config: recordOf(config), parameters: recordOf(parameters) })
}

async function extracted(input: Input): Promise<unknown> {
  const context = contextOf(input)
  const decoder = buildComponent(Decoder, { type: input['decoder'] === 'JsonlDecoder' ? 'JsonlDecoder' : 'JsonDecoder' }, context)
  const extractor = buildComponent(RecordExtractor, { type: 'DpathExtractor', field_path: input['field_path'] }, context)
  const rows: unknown[] = []
  for await (const bodies of decoder.decode(responseOf(input['response']))) rows.push(...bodies.flatMap((body) => extractor.extract(body)))
  return rows
}

function filtered(input: Input): unknown {
  const filter = buildComponent(RecordFilter, { type: 'RecordFilter', condition: input['condition'] }, contextOf(input))
  const scope = { ...sliceScopeOf(input['stream_slice']), next_page_token: input['next_page_token'] }
  return (input['records'] as readonly Record<string, unknown>[]).filter((record) => filter.keep(record, scope))
}

/** The recording made texts of the integers that are keys of some records. */
function withIntegerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withIntegerKeys)
  if (!isNode(value)) return value
  return dictOf(Object.entries(value).map(([key, item]) => [/^\d+$/.test(key) ? Number(key) : key, withIntegerKeys(item)]))
}

/** Vectors of extractors. */
export const checks: readonly Check[] = [
  { file: 'extractors.json', component: 'dpath_extractor', run: extracted },
  { file: 'extractors.json', component: 'record_filter', run: filtered },
  {
    file: 'transformations.json',
    component: 'schema_normalization.default',
    run: ({ record, schema }) =>
      record === null ? null : createNormaliser(recordOf(schema), 'airbyte')(recordOf(withIntegerKeys(record))),
  },
]
