import { stringify } from 'yaml'
import type { JsonSchema } from '../framework/index.ts'
import { isNode } from './schema-shape.ts'

/** A table as the destination makes it of a stream. */
export interface DbtTable {
  readonly name: string
  readonly schema: JsonSchema
  /** Names of the columns that rows are upserted by. */
  readonly key: readonly string[]
  /** In order: the column and the field that it holds. */
  readonly columns: readonly { readonly name: string; readonly field: string; readonly type: string }[]
}

/** `sources.yml` of dbt for the tables of a connection: descriptions, keys as tests, freshness by the time of the last sync. */
export function dbtSources(source: string, tables: readonly DbtTable[]): string {
  const document = {
    version: 2,
    sources: [
      {
        name: source.toLowerCase().replace(/[^a-z0-9_]+/g, '_'),
        description: `Tables that the connector writes for connection ${source}.`,
        loaded_at_field: '_synced_at',
        freshness: { warn_after: { count: 36, period: 'hour' }, error_after: { count: 72, period: 'hour' } },
        tables: tables.map(tableOf),
      },
    ],
  }
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
}

function tableOf({ name, schema, key, columns }: DbtTable) {
  const properties = isNode(schema['properties']) ? schema['properties'] : {}
  const description = schema['description']
  return {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(key.length > 0 ? { meta: { primary_key: key } } : {}),
    columns: columns.map((column) => columnOf(column, properties[column.field], key)),
  }
}

function columnOf({ name, type }: DbtTable['columns'][number], property: unknown, key: readonly string[]) {
  const description = isNode(property) ? property['description'] : undefined
  const tests = key.includes(name) ? ['not_null', ...(key.length === 1 ? ['unique'] : [])] : []
  return {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    data_type: type,
    ...(tests.length > 0 ? { tests } : {}),
  }
}
