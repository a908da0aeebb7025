import {
  ConfigError,
  type ConnectionState,
  type PostgresDatabase,
  parseExactJson,
  type Query,
  quoted,
  type StateVersion,
} from '../framework/index.ts'

/** Qualified names of the tables: no statement depends on a setting of the session. */
export interface StateTables {
  readonly migrations: string
  readonly connections: string
  readonly current: string
  /** Rows that later runs replaced or removed, with the versions that they were valid in. */
  readonly past: string
  readonly versions: string
  readonly runs: string
}

export function tablesOf(schema: string): StateTables {
  const table = (name: string) => `${quoted(schema)}.${quoted(name)}`
  return {
    migrations: table('_connector_migrations'),
    connections: table('_connector_connections'),
    current: table('_connector_state'),
    past: table('_connector_state_past'),
    versions: table('_connector_state_versions'),
    runs: table('_connector_runs'),
  }
}

/** In order; never changed once released. */
const migrations: readonly ((tables: StateTables) => string)[] = [
  ({ connections, current, past, versions }) => `
    create table ${connections} (
      connection text primary key, connector text, version bigint not null default 0, committed_at text, run_id text,
      token bigint not null default 0, holder json, heartbeat bigint);
    create table ${current} (
      connection text not null, stream text not null, version bigint not null, state json not null, primary key (connection, stream));
    create table ${past} (
      connection text not null, stream text not null, from_version bigint not null, to_version bigint not null, state json not null,
      primary key (connection, stream, from_version));
    create table ${versions} (
      connection text not null, token bigint not null, version bigint not null, committed_at text not null, run_id text not null,
      connector text not null, primary key (connection, token));`,
  ({ runs }) =>
    `create table ${runs} (connection text not null, run_id text not null, record json not null, primary key (connection, run_id));`,
]

/** Brings the tables up to date. Throws ConfigError ERR_STATE_FORMAT_NEWER when a newer version of this program made them. */
export async function migrate(database: PostgresDatabase, tables: StateTables): Promise<void> {
  await database.transaction(async (query) => {
    await query(`select pg_advisory_xact_lock(hashtext('connector state'))`)
    const { rows: schemas } = await query('select 1 from pg_namespace where nspname = $1', [database.schema])
    if (schemas.length === 0) await query(`create schema if not exists ${quoted(database.schema)}`)
    await query(`create table if not exists ${tables.migrations} (version int primary key, applied_at timestamptz not null default now())`)
    const { rows } = await query(`select coalesce(max(version), 0) as version from ${tables.migrations}`)
    const found = Number(rows[0]?.['version'])
    if (found > migrations.length) {
      const message = `the state in ${database.place} has format ${found}, this version reads up to ${migrations.length}: use the newer version that wrote it`
      throw new ConfigError('ERR_STATE_FORMAT_NEWER', message)
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < found) continue
      await query(migration(tables))
      await query(`insert into ${tables.migrations} (version) values ($1)`, [index + 1])
    }
  })
}

/** PostgreSQL has no U+0000 in texts: names with one, or with a lone surrogate, are kept as JSON text. */
export const storedName = (name: string): string => (isStorable(name) ? name : JSON.stringify(name))
export const givenName = (stored: string): string => (stored.startsWith('"') ? JSON.parse(stored) : stored)

const isStorable = (name: string): boolean => !name.startsWith('"') && !name.includes('\u0000') && name.isWellFormed()

interface Access {
  readonly query: Query
  readonly tables: StateTables
}

type VersionHead = Omit<StateVersion, 'streams'>

/** The version that there is now, without its states; undefined before the first commit. */
export async function currentVersion(connection: string, { query, tables }: Access): Promise<VersionHead | undefined> {
  const { rows } = await query(
    `select connector, version, committed_at, run_id from ${tables.connections} where connection = $1 and version > 0`,
    [storedName(connection)],
  )
  return rows[0] && headOf(rows[0])
}

/** What each of the latest runs left, newest first, without the states. */
export async function keptVersions(connection: string, { query, tables }: Access): Promise<readonly VersionHead[]> {
  const { rows } = await query(
    `select connector, version, committed_at, run_id from ${tables.versions} where connection = $1 order by version desc`,
    [storedName(connection)],
  )
  return rows.map(headOf)
}

function headOf(row: Readonly<Record<string, unknown>>): VersionHead {
  const { connector, version, committed_at, run_id } = row
  return { connector: String(connector), version: Number(version), committedAt: String(committed_at), runId: String(run_id) }
}

/** The states as they were in a version that is kept. */
export async function statesAt(connection: string, version: number, { query, tables }: Access): Promise<ConnectionState> {
  const { rows } = await query(
    `select stream, state::text as state from ${tables.current} where connection = $1 and version <= $2
     union all select stream, state::text from ${tables.past} where connection = $1 and from_version <= $2 and to_version >= $2`,
    [storedName(connection), version],
  )
  return Object.fromEntries(
    rows.map(({ stream, state }) => [givenName(String(stream)), parseExactJson(String(state)) as ConnectionState[string]]),
  )
}
