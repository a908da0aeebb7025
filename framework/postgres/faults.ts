import { ConfigError, ConnectorError } from '../errors.ts'
import type { PostgresAddress } from './address.ts'

/** The connection broke at the commit: nobody knows whether it took place. */
export class CommitLost extends Error {}

/** The server takes no writes: a standby, or one that became one. */
export class ReadOnlyServer extends Error {}

/** SQLSTATEs and system errors after which the same work may succeed: lost connections, restarts, conflicts, too many connections. */
const passingCodes = /^(08|40001|40P01|57P0[1235]|25P03|53300|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/

/** What the driver says of a connection that ended; it has no codes for it. */
const lostWords =
  /connection terminated|connection ended|not queryable|client was closed|closed the connection|socket (?:hang up|disconnected|closed)|before secure tls|timeout exceeded when trying to connect|query read timeout/i

/** What poolers report as internal errors (XX000) and is over after a while. */
const poolerWords =
  /db ?handler ?exited|connection to database closed|max ?clients? |max client connections|connect to compute node|server_login_retry/i

const codeOf = (thrown: Error): string => ('code' in thrown && typeof thrown.code === 'string' ? thrown.code : '')

/** Whether the same work may succeed when it is tried again. */
export function isPassing(thrown: unknown): boolean {
  if (thrown instanceof CommitLost || thrown instanceof ReadOnlyServer) return true
  if (thrown instanceof ConnectorError || !(thrown instanceof Error)) return false
  // Of a name with several addresses, each of which refused.
  if (thrown instanceof AggregateError) return thrown.errors.some(isPassing)
  const code = codeOf(thrown)
  return passingCodes.test(code) || lostWords.test(thrown.message) || (code === 'XX000' && poolerWords.test(thrown.message))
}

/** The server has no TLS; what the driver says has no code. */
export const lacksTls = (thrown: unknown): boolean => thrown instanceof Error && /server does not support SSL/i.test(thrown.message)

/** Errors of the database as ours, with what helps a person; errors of the work itself pass. */
export function describedFault(thrown: unknown, { place, tls }: Pick<PostgresAddress, 'place' | 'tls'>): unknown {
  if (thrown instanceof ConnectorError || !(thrown instanceof Error)) return thrown
  const code = codeOf(thrown)
  const message = thrown.message || code
  // Without a password, or with one that the server does not take, the driver stops by itself.
  if (/^(28|3D000|42501)/.test(code) || /^SASL: /.test(message))
    return new ConfigError('ERR_POSTGRES_ACCESS', `${place} refuses the access: ${message}`, { cause: thrown })
  if (lacksTls(thrown)) {
    const text = `${place} does not support TLS; write sslmode=disable if the connection may go unencrypted`
    return new ConfigError('ERR_POSTGRES_TLS', text, { cause: thrown })
  }
  if (/certificate|SELF_SIGNED|CERT_|UNABLE_TO/i.test(`${code} ${message}`) && tls) {
    const advice = 'Name its certificate authority with sslrootcert=FILE, or write sslmode=require to connect without verifying the server.'
    return new ConfigError('ERR_POSTGRES_TLS', `the certificate of ${place} cannot be verified (${message}). ${advice}`, { cause: thrown })
  }
  if (isPassing(thrown)) {
    const text = `${place} cannot be reached (${message}); what was not committed will be done again`
    return new ConnectorError('ERR_POSTGRES_CONNECTION', text, { cause: thrown, failureType: 'transient_error' })
  }
  if (code === '') return thrown
  return new ConnectorError('ERR_POSTGRES', `${place}: ${message} (SQLSTATE ${code})`, { cause: thrown })
}
