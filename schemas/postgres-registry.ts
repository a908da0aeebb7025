import {
  type Clock,
  ConfigError,
  ConnectorError,
  type JsonSchema,
  openPostgres,
  type Query,
  quoted,
  type SchemaRegistry,
  type SchemaVersion,
} from '../framework/index.ts'
import { canonicalJson, fingerprintOf } from './fingerprint.ts'
import { isNode } from './schema-shape.ts'

/** Keeps schemas in PostgreSQL, in the table `_connector_schemas`, which the first use creates. */
export async function postgresSchemaRegistry(url: string, { clock }: { readonly clock: Clock }): Promise<SchemaRegistry> {
  const database = await openPostgres(url, { clock })
  const table = `${quoted(database.schema)}._connector_schemas`
  let created: Promise<void> | undefined
  const asking = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    created ??= database.transaction((query) => createTable(query, { table, schema: database.schema }))
    await created
    return database.transaction(work)
  }
  const select = (query: Query, stream: string, rest: string) =>
    query(`select version, fingerprint, schema from ${table} where stream = $1 order by version desc ${rest}`, [stream]).then(({ rows }) =>
      rows.map((row) => versionOf(stream, row)),
    )
  return {
    register: (stream, schema) =>
      asking((query) => register(query, { table, stream, schema, latest: () => select(query, stream, 'limit 1') })),
    latest: (stream) => asking((query) => select(query, stream, 'limit 1')).then(([latest]) => latest),
    history: (stream) => asking((query) => select(query, stream, '')),
    streams: () =>
      asking((query) => query(`select distinct stream from ${table}`)).then(({ rows }) => rows.map(({ stream }) => String(stream)).sort()),
    close: () => database.close(),
  }
}

/** Two processes may get here at the same time: a lock makes one of them wait. */
async function createTable(query: Query, { table, schema }: { table: string; schema: string }): Promise<void> {
  await query(`select pg_advisory_xact_lock(hashtext('connector schemas'))`)
  await query(`create schema if not exists ${quoted(schema)}`)
  await query(
    `create table if not exists ${table} (stream text not null, version integer not null, fingerprint text not null, schema text not null, registered_at timestamptz not null default now(), primary key (stream, version))`,
  )
}

interface Registration {
  readonly table: string
  readonly stream: string
  readonly schema: JsonSchema
  latest(): Promise<readonly SchemaVersion[]>
}

async function register(query: Query, { table, stream, schema, latest }: Registration): Promise<SchemaVersion> {
  // Registrations of one stream stand in a line.
  await query('select pg_advisory_xact_lock(hashtext($1))', [`connector schema ${stream}`])
  const fingerprint = fingerprintOf(schema)
  const [known] = await latest()
  if (known?.fingerprint === fingerprint) return known
  const version = (known?.version ?? 0) + 1
  const text = canonicalJson(schema)
  const { count } = await query(`insert into ${table} (stream, version, fingerprint, schema) values ($1, $2, $3, $4)`, [
    stream,
    version,
    fingerprint,
    text,
  ])
  if (count !== 1) throw new ConnectorError('ERR_SCHEMA_STORAGE', `the schema of ${stream} was not stored`)
  return { stream, version, fingerprint, schema: JSON.parse(text) }
}

function versionOf(stream: string, { version, fingerprint, schema }: Readonly<Record<string, unknown>>): SchemaVersion {
  const parsed: unknown = JSON.parse(String(schema))
  if (!isNode(parsed)) throw new ConfigError('ERR_SCHEMA_UNREADABLE', `version ${version} of ${stream} in the database is not a schema`)
  return { stream, version: Number(version), fingerprint: String(fingerprint), schema: parsed }
}
