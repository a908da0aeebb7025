import { ConfigError, ConnectorError } from '../../errors.ts'
import { describe } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, oneOf, optional, slot, withDefault } from '../../manifest/definition/fields.ts'
import { isObject } from '../../protocol/json.ts'
import type { Row } from '../../protocol/messages.ts'
import { keepLiterals } from '../../protocol/number-literals.ts'
import type { Scope } from '../../template/template.ts'
import { RecordExtractor, RecordFilter, RecordSelector, type RecordStages } from '../read/extractor.ts'
import { createNormaliser } from './normalise.ts'

export const StandardRecordSelector = defineComponent(RecordSelector, {
  type: 'RecordSelector',
  summary: 'Makes records of a body: extract, filter, transform, normalise.',
  fields: {
    extractor: slot(RecordExtractor, { description: 'Finds the records.', default_type: 'DpathExtractor' }),
    record_filter: optional(slot(RecordFilter, { description: 'Drops records.', default_type: 'RecordFilter' })),
    schema_normalization: withDefault(
      oneOf(['None', 'Default'], { description: '`Default` casts scalars to the types of the schema.' }),
      'None',
    ),
    transform_before_filtering: optional(
      boolean({
        description: 'Filter what the transformations made; the default is true for client-side incremental streams, else false.',
      }),
    ),
  },
  examples: [
    { title: 'Records below a key', manifest: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } } },
  ],
  create: ({ extractor, record_filter, schema_normalization, transform_before_filtering }, { dialect }) => {
    if (extractor.decoder) {
      throw new ConfigError(
        'ERR_MANIFEST_INVALID',
        "this extractor reads whole responses; use it as 'download_extractor' of an AsyncRetriever",
      )
    }
    const filter = (rows: Row[], scope: Scope, { keep }: RecordStages): Row[] => {
      const known = keep ? rows.filter(keep) : rows
      return record_filter ? known.filter((row) => record_filter.keep(row, scope)) : known
    }
    const refine = (records: readonly unknown[], scope: Scope, stages: RecordStages) => {
      const found = records.map(asRow)
      const transformFirst = transform_before_filtering ?? stages.keep !== undefined
      const rows = transformFirst
        ? filter(transform(found, scope, stages), scope, stages)
        : transform(filter(found, scope, stages), scope, stages)
      const extracted = found.length
      if (schema_normalization === 'None' || rows.length === 0) return { rows, extracted }
      return stages.schema().then((schema) => ({ rows: rows.map(createNormaliser(schema, dialect)), extracted }))
    }
    return {
      refine,
      verify: (bodies) => {
        for (const body of bodies) extractor.extract(body)
      },
      select: (bodies, scope, stages) => refine(extractAll(bodies, extractor), scope, stages),
    }
  },
})

function extractAll(bodies: readonly unknown[], extractor: RecordExtractor): readonly unknown[] {
  const records: unknown[] = []
  for (const body of bodies) for (const record of extractor.extract(body)) records.push(record)
  return records
}

function asRow(row: unknown, index: number): Row {
  if (isObject(row)) return row as Row
  throw new ConnectorError(
    'ERR_RECORD_SHAPE',
    `record ${index} is ${describe(row)}, not an object; the extractor's field_path points elsewhere`,
  )
}

/** Works on copies: pagination still wants to see the body as it came. */
function transform(rows: Row[], scope: Scope, { transformations }: RecordStages): Row[] {
  if (transformations.length === 0) return rows
  return rows.map((row) =>
    keepLiterals(
      row,
      transformations.reduce<Row>((changed, step) => step.transform(changed, scope), { ...row }),
    ),
  )
}
