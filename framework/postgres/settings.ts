import { parse } from 'pg-connection-string'
import { ConfigError } from '../errors.ts'

/** Settings of a connection by the names that libpq gives them, as texts. */
export type Settings = ReadonlyMap<string, string>

/** Keys that a text of `key=value` pairs starts with; other texts with `=` are file names. */
const dsnStart = /^\s*(?:host|hostaddr|port|dbname|user|password|passfile|service|sslmode)\s*=/i

/** Whether the text is a connection string of PostgreSQL: a URL, or pairs as in `host=db.example.com dbname=app`. */
export const isPostgresUrl = (text: string): boolean => /^postgres(?:ql)?:/i.test(text) || dsnStart.test(text)

/** Pairs as a URL, whose scheme says what it is for; a URL stays as it is. Throws ConfigError ERR_POSTGRES_URL. */
export function asUrl(text: string): string {
  return dsnStart.test(text) ? `postgresql://?${new URLSearchParams([...pairsOf(text)])}` : text
}

/** Reads a URL or `key=value` pairs, without looking anything up. Throws ConfigError ERR_POSTGRES_URL, without the text. */
export function readSettings(text: string): Settings {
  return dsnStart.test(text) ? pairsOf(text) : urlSettings(text)
}

/** `host=… dbname='with blanks'`; a backslash escapes the next character. */
function pairsOf(text: string): Settings {
  const pair = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\']|\\.)*))(?=\s|$)/gisy
  const settings = new Map<string, string>()
  while (pair.lastIndex < text.trimEnd().length) {
    const found = pair.exec(text)
    if (!found) throw invalid('its pairs are not key=value; quote values with blanks in single quotes')
    const [, key = '', quoted, plain = ''] = found
    settings.set(key.toLowerCase(), (quoted ?? plain).replace(/\\(.)/gs, '$1'))
  }
  return settings
}

/** Scheme, credentials with `@`, hosts, path, parameters. */
const urlParts = /^(postgres(?:ql)?:)(?:\/\/)?((?:[^/?#]*@)?)([^/?#]*)([^?#]*)(?:\?([^#]*))?$/is

function urlSettings(text: string): Settings {
  const [, scheme = '', credentials = '', hosts = '', path = '', query = ''] = urlParts.exec(text.trim()) ?? []
  if (scheme === '' || path.includes('@')) throw unencoded()
  const settings = new Map<string, string>()
  const set = (name: string, value: string | null | undefined) => {
    if (value) settings.set(name, value)
  }
  const list = hosts.split(',')
  const places = list.map((host) => placeOf(scheme, credentials, host))
  set('host', places.map(({ host }) => host).join(','))
  if (places.some(({ port }) => port !== '')) set('port', places.map(({ port }) => port).join(','))
  set('user', places[0]?.user)
  set('password', places[0]?.password)
  set('dbname', decoded(path.slice(1)))
  // Parameters win over the parts before them, as in libpq.
  for (const [name, value] of new URLSearchParams(query)) set(parameterNames[name] ?? name, value)
  return settings
}

const parameterNames: Readonly<Record<string, string>> = { database: 'dbname', username: 'user' }

/** One of the hosts with the credentials, which only the URL as a whole has to have. */
function placeOf(scheme: string, credentials: string, host: string): { host: string; port: string; user: string; password: string } {
  try {
    const { host: name, port, user, password } = parse(`${scheme}//${credentials}${host === '' ? '' : host}/`)
    return { host: name ?? '', port: port ?? '', user: user ?? '', password: password ?? '' }
  } catch {
    // The error of the parser may quote the text.
    throw unencoded()
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function unencoded(): ConfigError {
  const form = 'write postgres://user:password@host:5432/database'
  return invalid(`it is not a URL; ${form}, with the characters / ? # @ % of a password percent-encoded (# is %23)`)
}

export function invalid(reason: string, cause?: unknown): ConfigError {
  return new ConfigError('ERR_POSTGRES_URL', `the URL of the PostgreSQL database cannot be used: ${reason}`, { cause })
}
