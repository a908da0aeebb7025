import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { invalid, type Settings } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Environment variables of libpq and the settings that they stand for. */
const variables = {
  PGHOST: 'host',
  PGHOSTADDR: 'hostaddr',
  PGPORT: 'port',
  PGDATABASE: 'dbname',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGPASSFILE: 'passfile',
  PGSERVICE: 'service',
  PGOPTIONS: 'options',
  PGAPPNAME: 'application_name',
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  PGCONNECT_TIMEOUT: 'connect_timeout',
  PGTARGETSESSIONATTRS: 'target_session_attrs',
  PGCHANNELBINDING: 'channel_binding',
} as const

/** What the connection string leaves open: the service that is named, then the environment. Throws ConfigError ERR_POSTGRES_URL. */
export function withDefaults(given: Settings, env: Environment): Settings {
  const fromEnv = Object.entries(variables).flatMap(([variable, name]): [string, string][] => {
    const value = env[variable]
    return value ? [[name, value]] : []
  })
  const service = given.get('service') ?? env['PGSERVICE']
  const fromService = service === undefined || service === '' ? [] : serviceSettings(service, env)
  // A host of its own does not get the port of another one.
  const own = given.has('host') ? fromEnv.filter(([name]) => name !== 'port' && name !== 'hostaddr') : fromEnv
  return new Map([...own, ...fromService, ...given])
}

function serviceSettings(service: string, env: Environment): readonly [string, string][] {
  const own = env['PGSERVICEFILE'] ?? join(homedir(), '.pg_service.conf')
  const files = [own, ...(env['PGSYSCONFDIR'] ? [join(env['PGSYSCONFDIR'], 'pg_service.conf')] : [])]
  for (const file of files) {
    const section = sectionOf(textOf(file) ?? '', service)
    if (section) return section
  }
  throw invalid(`its service '${service}' is not in ${files.join(' or ')}`)
}

function sectionOf(text: string, name: string): readonly [string, string][] | undefined {
  let settings: [string, string][] | undefined
  let isInside = false
  for (const line of text.split(/\r?\n/).map((part) => part.trim())) {
    const header = /^\[(.+)\]$/.exec(line)?.[1]
    if (header !== undefined) isInside = header === name
    if (!isInside || line.startsWith('#')) continue
    settings ??= []
    const [, key, value = ''] = /^([a-z_]+)\s*=\s*(.*)$/i.exec(line) ?? []
    if (key !== undefined) settings.push([key.toLowerCase(), value])
  }
  return settings
}

/** The password of the first line `host:port:database:user:password` that fits; `*` fits all, a backslash escapes `:` and `\`. */
export function passwordOf(file: string, wanted: readonly string[]): string | undefined {
  for (const line of (textOf(file) ?? '').split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = [...line.matchAll(/((?:[^:\\]|\\.)*)(?::|$)/g)].map(([, field = '']) => field.replace(/\\(.)/g, '$1'))
    const [password, ...rest] = [fields[4], ...fields.slice(0, 4)]
    if (password !== undefined && rest.every((field, index) => field === '*' || field === wanted[index])) return password
  }
  return undefined
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw invalid(`${file} cannot be read`, thrown)
  }
}
