import { ConfigError } from '../framework/errors.ts'
import type { Redactor } from '../framework/http/redaction/redaction.ts'
import { parsePostgresUrl } from '../framework/postgres/address.ts'
import { asUrl, isPostgresUrl } from '../framework/postgres/settings.ts'
import type { Reporter } from '../framework/report.ts'

/** Where references are looked up, and where secrets are registered for masking. */
export interface SecretContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly redactor: Redactor
  /** Where parameters that have no effect are warned of; not reported by default. */
  readonly report?: Pick<Reporter, 'log'>
}

/**
 * The URL of a registry or a destination as the caller wrote it. `env:NAME` means the value of an environment variable, so that a
 * password need not be an argument, which other users of the machine can see. Passwords become known to the redactor. Pairs of PostgreSQL
 * (`host=… dbname=…`) become a URL.
 * Throws ConfigError ERR_FLAG_INVALID for a variable that is missing.
 */
export function storageUrl(given: string, { env, redactor, report }: SecretContext): string {
  const name = /^env:(.+)$/.exec(given)?.[1]
  const url = name === undefined ? given : env[name]
  if (!url) throw new ConfigError('ERR_FLAG_INVALID', `${given}: the environment variable is ${url === undefined ? 'not set' : 'empty'}`)
  for (const secret of secretsOf(url)) redactor.secret(secret)
  if (!isPostgresUrl(url)) return url
  const { password, warnings } = parsePostgresUrl(url, env)
  if (password !== undefined) redactor.secret(password)
  for (const warning of warnings) report?.log('warn', warning)
  return asUrl(url)
}

/** Passwords of a URL of any scheme, a mistyped one among them, as they were written and decoded. */
function secretsOf(url: string): readonly string[] {
  const written = [/^[a-z][a-z0-9+.-]*:\/\/[^/?#:]*:([^/?#]*)@/i, /[?&\s](?:ssl)?password=([^&#\s]+)/i].flatMap(
    (form) => form.exec(url)?.[1] || [],
  )
  return written.flatMap((secret) => [secret, decoded(secret)])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
