import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Clock, ConfigError, ConnectorError, errnoOf, type LeaseHolder } from '../framework/index.ts'
import { isObject } from './document.ts'

/** Tells this process from an earlier one with the same number, which is the rule in containers (always number 1). */
const processInstance = randomUUID()

/** Who holds a lease, as it is stored. */
export interface Holder extends LeaseHolder {
  readonly instance: string
}

export function describeSelf(runId: string, clock: Clock): Holder {
  const since = new Date(clock.now()).toISOString()
  return { runId, host: hostname(), pid: process.pid, since, instance: processInstance }
}

/** undefined for anything that does not describe a holder. */
export function readHolder(value: unknown): Holder | undefined {
  if (!isObject(value)) return undefined
  const { runId, host, pid, since, instance } = value
  if (typeof runId !== 'string' || typeof host !== 'string' || typeof since !== 'string' || typeof instance !== 'string') return undefined
  return typeof pid === 'number' ? { runId, host, pid, since, instance } : undefined
}

/** True when the process is known to be gone, which can be told on its own machine only. */
export function isDead(holder: Holder): boolean {
  if (holder.host !== hostname()) return false
  if (holder.pid === process.pid) return holder.instance !== processInstance
  try {
    process.kill(holder.pid, 0)
    return false
  } catch (thrown) {
    return errnoOf(thrown) === 'ESRCH'
  }
}

/** `where` names what is locked when the holder is not known; `staleAfter` in milliseconds. */
export function lockedBy(
  holder: LeaseHolder | undefined,
  { connection, where, staleAfter }: { readonly connection: string; readonly where: string; readonly staleAfter: number },
): ConnectorError {
  const who = holder
    ? `run ${holder.runId} (process ${holder.pid} on ${holder.host}) since ${holder.since}`
    : `an unknown process (${where})`
  const minutes = Math.round(staleAfter / 60_000)
  const message = `the state of connection ${JSON.stringify(connection)} is in use by ${who}. Wait for it to end; a dead run is taken over after ${minutes} minutes without a sign of life.`
  return new ConnectorError('ERR_STATE_LOCKED', message, { failureType: 'transient_error' })
}

export function fenced(connection: string, runId: string, reason: string): ConnectorError {
  const message = `run ${runId} may no longer write the state of connection ${JSON.stringify(connection)}: ${reason}. What it read since its last commit will be read again.`
  return new ConnectorError('ERR_STATE_FENCED', message, { failureType: 'transient_error' })
}

/** `where` names the place of the state. */
export function otherConnector(
  found: string,
  wanted: { readonly connection: string; readonly connector: string; readonly where: string },
): ConfigError {
  const { connection, connector, where } = wanted
  const message = `the state of connection ${JSON.stringify(connection)} (${where}) belongs to connector ${found}, not ${connector}. Use another connection name for this connector.`
  return new ConfigError('ERR_STATE_OTHER_CONNECTOR', message)
}
