import { readFileSync } from 'node:fs'
import { ConfigError } from '../errors.ts'

/** Where a PostgreSQL database is and how to speak to it, as its URL says. */
export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string | undefined
  readonly password: string | undefined
  readonly tls: false | { readonly rejectUnauthorized: boolean; readonly ca?: string }
  /** Tables live here; `public` unless `schema` or `search_path` says otherwise. Never a setting of the session. */
  readonly schema: string
  /** The URL without password and parameters, for messages. */
  readonly place: string
}

const modes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full']
const known = ['sslmode', 'sslrootcert', 'schema', 'search_path', 'application_name', 'pgbouncer']

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=FILE&schema=…`. TLS as libpq has it, with one difference:
 * without `sslmode` a connection that leaves this machine is `verify-full`. Throws ConfigError ERR_POSTGRES_URL, without the password.
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  if (!URL.canParse(text)) throw invalid('it is not a URL; write postgres://user:password@host:5432/database')
  const url = new URL(text)
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined) throw invalid(`it has an unknown parameter '${unknown}'; known: ${known.join(', ')}`)
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '') || 'localhost'
  const port = Number(url.port || 5432)
  const database = decodeURIComponent(url.pathname.slice(1))
  if (database === '') throw invalid('it names no database; write postgres://…/database')
  const searchPath = url.searchParams.get('schema') ?? url.searchParams.get('search_path') ?? 'public'
  return {
    host,
    port,
    database,
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    tls: tlsOf(url.searchParams, host),
    schema: searchPath.split(',')[0]?.trim() || 'public',
    place: `postgres://${host}:${port}/${database}`,
  }
}

function tlsOf(parameters: URLSearchParams, host: string): PostgresAddress['tls'] {
  const mode = parameters.get('sslmode') ?? (isLoopback(host) ? 'disable' : 'verify-full')
  if (!modes.includes(mode)) throw invalid(`its sslmode '${mode}' is unknown; known: ${modes.join(', ')}`)
  if (mode === 'disable') return false
  const file = parameters.get('sslrootcert')
  const rejectUnauthorized = mode.startsWith('verify') || file !== null
  return { rejectUnauthorized, ...(file === null ? {} : { ca: readCertificate(file) }) }
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw invalid(`its sslrootcert ${file} cannot be read`, cause)
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.') || host.startsWith('/')

function invalid(reason: string, cause?: unknown): ConfigError {
  return new ConfigError('ERR_POSTGRES_URL', `the URL of the PostgreSQL database cannot be used: ${reason}`, { cause })
}
