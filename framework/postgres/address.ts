import { type Environment, passwordOf, withDefaults } from './libpq-files.ts'
import { invalid, readSettings, type Settings } from './settings.ts'
import { type Tls, tlsOf } from './tls.ts'

/** A server that may have the database. `host` starts with a slash for the folder of a socket. */
export interface PostgresHost {
  readonly host: string
  readonly port: number
  readonly tls: Tls
  /** A server without TLS is used unencrypted. */
  readonly isTlsOptional: boolean
}

/** Where a PostgreSQL database is and how to speak to it, as its connection string says. */
export interface PostgresAddress extends PostgresHost {
  /** Tried in this order; the first one is the address itself. */
  readonly hosts: readonly PostgresHost[]
  readonly database: string
  readonly user: string | undefined
  readonly password: string | undefined
  /** Tables live here; `public` unless `schema` or `search_path` says otherwise. Never a setting of the session. */
  readonly schema: string
  /** Sent at the start of a session, such as `endpoint=…` of Neon. */
  readonly options: string | undefined
  readonly applicationName: string | undefined
  readonly connectTimeoutMs: number | undefined
  /** Connections at the same time at most. */
  readonly maxConnections: number
  readonly channelBinding: boolean
  /** Servers that take no writes are passed over. */
  readonly needsWritable: boolean
  /** The URL without password and parameters, for messages. */
  readonly place: string
  /** Parameters that have no effect here. */
  readonly warnings: readonly string[]
}

/** Settings that have an effect. */
const used = new Set([
  ...['host', 'hostaddr', 'port', 'dbname', 'user', 'password', 'passfile', 'service', 'options', 'application_name', 'connect_timeout'],
  ...['target_session_attrs', 'channel_binding', 'schema', 'search_path', 'currentSchema', 'connection_limit', 'pool_size', 'max'],
  ...['ssl', 'sslmode', 'sslaccept', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword'],
])
/** Settings of drivers and poolers about what is done here anyway, or never: no statement is named, no session has a state. */
const moot = new Set([
  ...['pgbouncer', 'supa', 'workaround', 'pool_mode', 'pool_timeout', 'statement_cache_size', 'prepared_statements', 'prepareThreshold'],
  ...['statement_cache_mode', 'socket_timeout', 'max_idle_connection_lifetime', 'max_connection_lifetime', 'single_use_connections'],
  ...['fallback_application_name', 'client_encoding', 'gssencmode', 'krbsrvname', 'gsslib', 'uselibpqcompat', 'sslsni', 'sslcompression'],
  ...['keepalives', 'keepalives_idle', 'keepalives_interval', 'keepalives_count', 'tcp_user_timeout', 'load_balance_hosts', 'replication'],
])

/** More are of no use: pages are written one after the other. */
const MAX_CONNECTIONS = 4

/**
 * Reads a connection string as providers hand it out and as libpq has it: `postgres://user:password@host:port/database?sslmode=…`, several
 * hosts, sockets, `key=value` pairs, services, passfiles; what it leaves open comes from the `PG…` variables of `env`. Parameters that are
 * unknown are warnings. Throws ConfigError ERR_POSTGRES_URL, without the password.
 */
export function parsePostgresUrl(text: string, env: Environment = process.env): PostgresAddress {
  const given = readSettings(text)
  const settings = withDefaults(given, env)
  const [first, ...others] = hostsOf(settings)
  if (!first) throw invalid('it names no host')
  const hosts = [first, ...others]
  const user = settings.get('user')
  const database = settings.get('dbname') ?? user
  if (database === undefined) throw invalid('it names no database; write postgres://…/database')
  const attributes = settings.get('target_session_attrs')
  return {
    ...first,
    hosts,
    database,
    user,
    password: settings.get('password') ?? filedPassword(settings, [first.host, String(first.port), database, user ?? '']),
    schema: schemaOf(settings),
    options: settings.get('options'),
    applicationName: settings.get('application_name'),
    connectTimeoutMs: wholeNumber(settings, 'connect_timeout') * 1000 || undefined,
    maxConnections: limitOf(settings),
    channelBinding: settings.get('channel_binding') === 'require',
    needsWritable: hosts.length > 1 || (attributes !== undefined && attributes !== 'any'),
    place: `postgres://${hosts.map(({ host, port }) => `${host}:${port}`).join(',')}/${database}`,
    warnings: warningsOf(given, attributes),
  }
}

function hostsOf(settings: Settings): readonly PostgresHost[] {
  const names = listOf(settings, 'host')
  const addresses = listOf(settings, 'hostaddr')
  const ports = listOf(settings, 'port')
  const count = Math.max(names.length, addresses.length, 1)
  if (ports.length > 1 && ports.length !== count) throw invalid(`it names ${count} hosts and ${ports.length} ports`)
  return Array.from({ length: count }, (_, index) => {
    const name = names[index] || addresses[index] || 'localhost'
    const port = Number((ports.length === 1 ? ports[0] : ports[index]) || 5432)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid('a port must be a whole number from 1 to 65535')
    const { tls, isOptional } = tlsOf(settings, name)
    return { host: addresses[index] || name, port, tls, isTlsOptional: isOptional }
  })
}

const listOf = (settings: Settings, name: string): readonly string[] => settings.get(name)?.split(',') ?? []

function schemaOf(settings: Settings): string {
  const inOptions = /(?:^|\s)(?:-c\s*|--)search_path=((?:\\.|\S)+)/.exec(settings.get('options') ?? '')?.[1]
  const path = settings.get('schema') ?? settings.get('search_path') ?? settings.get('currentSchema') ?? inOptions ?? 'public'
  return (
    path
      .split(',')[0]
      ?.trim()
      .replace(/^"(.*)"$/, '$1') || 'public'
  )
}

function wholeNumber(settings: Settings, name: string): number {
  const value = Number(settings.get(name) ?? 0)
  return Number.isInteger(value) && value > 0 ? value : 0
}

/** Connections that the provider grants one program. */
function limitOf(settings: Settings): number {
  const limits = ['connection_limit', 'pool_size', 'max'].map((name) => wholeNumber(settings, name)).filter((limit) => limit > 0)
  return Math.min(MAX_CONNECTIONS, ...limits)
}

/** `pg` looks into the usual passfile itself. */
function filedPassword(settings: Settings, wanted: readonly string[]): string | undefined {
  const file = settings.get('passfile')
  return file === undefined ? undefined : passwordOf(file, wanted)
}

function warningsOf(given: Settings, attributes: string | undefined): readonly string[] {
  const unknown = [...given.keys()].filter((name) => !used.has(name) && !moot.has(name))
  const warnings = unknown.map((name) => `the URL of the PostgreSQL database has a parameter '${name}', which has no effect here`)
  const reads = attributes !== undefined && !['any', 'read-write', 'primary'].includes(attributes)
  return reads ? [...warnings, `target_session_attrs=${attributes} has no effect: rows are written, which takes a primary`] : warnings
}
