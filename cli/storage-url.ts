import { ConfigError } from '../framework/errors.ts'
import { parsePostgresUrl } from '../framework/postgres/address.ts'
import { redactor } from './redact.ts'

/**
 * The URL of a registry or a destination as given on the command line. `env:NAME` stands for the value of an environment variable,
 * so that a password need not be an argument, which other users of the machine can see. Passwords become known to the redactor.
 */
export function storageUrl(given: string, env: Readonly<Record<string, string | undefined>>): string {
  const name = /^env:(.+)$/.exec(given)?.[1]
  const url = name === undefined ? given : env[name]
  if (!url) throw new ConfigError('ERR_FLAG_INVALID', `${given}: the environment variable is ${url === undefined ? 'not set' : 'empty'}`)
  if (/^postgres(ql)?:/i.test(url)) {
    const { password } = parsePostgresUrl(url)
    if (password !== undefined) redactor.secret(password)
  }
  return url
}
