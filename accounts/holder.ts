import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { ConnectorError, isProcessGone, ownProcess } from '../framework/index.ts'

/** Between two looks at a place that somebody else holds. */
export const LOOK_MS = 250

/** Who replaces a token. The text is unique to one attempt and tells the machine and the process. */
export function newHolder(): string {
  return JSON.stringify({ host: hostname(), ...ownProcess, ticket: randomUUID() })
}

/** True when the process is known to be gone; else only the time of its place decides. */
export function isGone(holder: string): boolean {
  const { pid, instance, space } = parse(holder)
  if (typeof pid !== 'number' || typeof instance !== 'string') return false
  return isProcessGone({ pid, instance, space: typeof space === 'string' ? space : undefined })
}

function parse(holder: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(holder)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // Written by a hand or cut off: its time decides.
    return {}
  }
}

export function busy(account: string, holder: string): ConnectorError {
  const { host, pid } = parse(holder)
  const who = typeof host === 'string' ? `process ${pid} on ${host}` : 'another process'
  const message = `the token of account ${account} is being replaced by ${who}; run again when it is done`
  return new ConnectorError('ERR_ACCOUNT_BUSY', message, { failureType: 'transient_error', context: { account_id: account } })
}

/** The attempt took too long, or a new login came in between: what it has is not kept. */
export function overtaken(account: string): ConnectorError {
  const message = `the token of account ${account} was replaced by another process meanwhile; that one stays`
  return new ConnectorError('ERR_ACCOUNT_BUSY', message, { failureType: 'transient_error', context: { account_id: account } })
}
