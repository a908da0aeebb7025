import { hostname } from 'node:os'
import {
  type Clock,
  ConfigError,
  ConnectorError,
  isObject,
  isProcessGone,
  LEASE_MS,
  type LeaseHolder,
  ownProcess,
  type ProcessIdentity,
} from '../framework/index.ts'

/** Who holds a lease, as it is stored. */
export interface Holder extends LeaseHolder, ProcessIdentity {
  /** Milliseconds without a sign of life after which this lease may be taken over: what its holder promised to keep to. */
  readonly staleAfter: number
}

export function describeSelf(runId: string, { clock, staleAfter }: { readonly clock: Clock; readonly staleAfter: number }): Holder {
  const since = new Date(clock.now()).toISOString()
  return { runId, host: hostname(), ...ownProcess, since, staleAfter }
}

/** undefined for anything that does not describe a holder. Earlier versions knew no process space and no lease time but five minutes. */
export function readHolder(value: unknown): Holder | undefined {
  if (!isObject(value)) return undefined
  const { runId, host, pid, since, instance, space, staleAfter } = value
  if (typeof runId !== 'string' || typeof host !== 'string' || typeof since !== 'string' || typeof instance !== 'string') return undefined
  if (typeof pid !== 'number') return undefined
  return {
    ...{ runId, host, pid, since, instance },
    space: typeof space === 'string' ? space : undefined,
    staleAfter: typeof staleAfter === 'number' ? staleAfter : LEASE_MS,
  }
}

/** False when the lease may be taken over. `heartbeat` and `now` are epoch milliseconds. */
export function isAlive(holder: Holder, { heartbeat, now }: { readonly heartbeat: number; readonly now: number }): boolean {
  return now - heartbeat <= holder.staleAfter && !isProcessGone(holder)
}

/** `where` names what is locked when the holder is not known. */
export function lockedBy(
  holder: Holder | undefined,
  { connection, where }: { readonly connection: string; readonly where: string },
): ConnectorError {
  const who = holder
    ? `run ${holder.runId} (process ${holder.pid} on ${holder.host}) since ${holder.since}`
    : `an unknown process (${where})`
  const seconds = Math.round((holder?.staleAfter ?? LEASE_MS) / 1_000)
  const time = seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`
  const message = `the state of connection ${JSON.stringify(connection)} is in use by ${who}. Wait for it to end; a dead run is taken over after ${time} without a sign of life.`
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
