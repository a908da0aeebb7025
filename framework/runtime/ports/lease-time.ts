import { ConfigError } from '../../errors.ts'

/** Milliseconds without a sign of life after which a lease may be taken over, unless told otherwise. */
export const LEASE_MS = 5 * 60_000
const MIN_SECONDS = 5
const MAX_SECONDS = 86_400
/** Signs of life per lease time: two of them may get lost. */
const BEATS = 5

export const heartbeatOf = (staleAfter: number): number => staleAfter / BEATS

/** The lease time of CONNECTOR_LEASE_SECONDS, in milliseconds. Throws ConfigError ERR_LEASE_TIME. */
export function leaseTime(env: Readonly<Record<string, string | undefined>>): number {
  const text = env['CONNECTOR_LEASE_SECONDS']
  if (text === undefined || text === '') return LEASE_MS
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return seconds * 1_000
  const message = `CONNECTOR_LEASE_SECONDS must be a whole number of seconds from ${MIN_SECONDS} to ${MAX_SECONDS}, got '${text}'`
  throw new ConfigError('ERR_LEASE_TIME', message)
}
