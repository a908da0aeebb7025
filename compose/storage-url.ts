import { ConfigError } from '../framework/errors.ts'
import type { Redactor } from '../framework/http/redaction/redaction.ts'
import { parsePostgresUrl } from '../framework/postgres/address.ts'

/** Where references are looked up, and who has to know what is secret. */
export interface Ambient {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly redactor: Redactor
}

/**
 * The URL of a registry or a destination as it was given. `env:NAME` stands for the value of an environment variable, so that a
 * password need not be an argument, which other users of the machine can see. Passwords become known to the redactor.
 * Throws ConfigError ERR_FLAG_INVALID for a variable that is missing.
 */
export function storageUrl(given: string, { env, redactor }: Ambient): string {
  const name = /^env:(.+)$/.exec(given)?.[1]
  const url = name === undefined ? given : env[name]
  if (!url) throw new ConfigError('ERR_FLAG_INVALID', `${given}: the environment variable is ${url === undefined ? 'not set' : 'empty'}`)
  if (/^postgres(ql)?:/i.test(url)) {
    const { password } = parsePostgresUrl(url)
    if (password !== undefined) redactor.secret(password)
  }
  if (/^https?:/i.test(url) && URL.canParse(url)) {
    const { password } = new URL(url)
    if (password !== '') redactor.secret(decodeURIComponent(password))
  }
  return url
}
