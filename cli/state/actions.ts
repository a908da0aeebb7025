import { ConfigError, suggest } from '../../framework/errors.ts'
import { stateText } from '../../framework/protocol/number-literals.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import type { ConnectionState, StateRegistry, StateVersion } from '../../framework/runtime/ports/state-registry.ts'
import { isOwnKey } from '../../framework/runtime/read/refresh.ts'
import { toAirbyteState } from '../../state/airbyte.ts'
import { type Invocation, text } from '../command.ts'
import { wholeNumber } from '../output/numbers.ts'
import { printLines } from '../output/print-lines.ts'
import { connectionOf, leaseFor, matching, openRegistry, selectedStreams } from './access.ts'
import { type Change, compareStates } from './changes.ts'

interface Found {
  readonly registry: StateRegistry
  readonly connection: string
}

export function show(invocation: Invocation): Promise<ExitCode> {
  return withConnection(invocation, async (found) => {
    const version = await versionOf(found, wholeNumber(invocation.options, 'at'))
    const streams = selectedStreams(version.streams, invocation.options)
    const { stdout } = invocation.io
    if (invocation.options['json'] === true) return printLines(stdout, [stateText({ connection: found.connection, ...version, streams })])
    const names = Object.keys(streams)
    const width = Math.min(60, Math.max(...names.map((name) => name.length)))
    const head = `connection ${found.connection}, connector ${version.connector}\nversion ${version.version}, committed ${version.committedAt} by run ${version.runId}\n`
    await printLines(stdout, [head, ...names.map((name) => `${name.padEnd(width)}  ${stateText(streams[name])}`)])
  })
}

export function history(invocation: Invocation): Promise<ExitCode> {
  return withConnection(invocation, async ({ registry, connection }) => {
    const versions = await registry.history(connection)
    if (versions.length === 0) throw noState(connection)
    const rows = versions.map((version, index) => {
      const before = versions[index + 1]
      const changed = before ? compareStates(before.streams, version.streams).length : undefined
      const { version: number, committedAt, runId, streams } = version
      return { version: number, committed_at: committedAt, run_id: runId, streams: Object.keys(streams).length, changed: changed ?? null }
    })
    if (invocation.options['json'] === true)
      return printLines(
        invocation.io.stdout,
        rows.map((row) => JSON.stringify(row)),
      )
    const lines = rows.map(({ version, committed_at, run_id, streams, changed }) => {
      const difference = changed === null ? '' : `, ${changed} changed`
      return `${String(version).padStart(8)}  ${committed_at}  ${run_id}  ${streams} streams${difference}`
    })
    await printLines(invocation.io.stdout, lines)
  })
}

export function diff(invocation: Invocation): Promise<ExitCode> {
  return withConnection(invocation, async ({ registry, connection }) => {
    const versions = await registry.history(connection)
    const to = pick(versions, wholeNumber(invocation.options, 'to') ?? versions[0]?.version, connection)
    const older = versions.find(({ version }) => version < to.version)
    const wanted = wholeNumber(invocation.options, 'from')
    const from = wanted === undefined ? older : pick(versions, wanted, connection)
    const streams = (version: StateVersion | undefined) => selectedStreams(version?.streams ?? {}, invocation.options)
    const changes = compareStates(streams(from), streams(to))
    await printLines(invocation.io.stdout, [
      `version ${from?.version ?? 0} → ${to.version}: ${changes.length} changed`,
      ...changes.flatMap(changeLines),
    ])
  })
}

export function reset(invocation: Invocation): Promise<ExitCode> {
  return withConnection(invocation, async ({ registry, connection }) => {
    const current = await registry.show(connection)
    if (!current) throw noState(connection)
    await using lease = await leaseFor(registry, { connection, connector: current.connector, purpose: 'reset' })
    const streams = (await lease.load())?.streams ?? {}
    const gone = matching(Object.keys(streams), invocation.options)
    await lease.replace(Object.fromEntries(Object.entries(streams).filter(([name]) => !gone.has(name))))
    const kept = Object.keys(streams).length - gone.size
    invocation.io.stderr.write(`reset ${gone.size} streams, ${kept} keep their state; version ${current.version} stays in the history\n`)
  })
}

function exportState(invocation: Invocation): Promise<ExitCode> {
  return withConnection(invocation, async (found) => {
    const version = await versionOf(found, wholeNumber(invocation.options, 'at'))
    const own = Object.fromEntries(Object.entries(version.streams).filter(([name]) => !isOwnKey(name)))
    const streams = selectedStreams(own, invocation.options)
    await printLines(invocation.io.stdout, [stateText(exported(streams, text(invocation.options, 'format')), 2)])
  })
}

function exported(streams: ConnectionState, format: string | undefined): unknown {
  if (format === 'singer') return { bookmarks: streams }
  return format === 'flat' ? streams : toAirbyteState(streams)
}

export { importState as import } from './import.ts'
export { exportState as export }

async function withConnection(invocation: Invocation, work: (found: Found) => Promise<void>): Promise<ExitCode> {
  await using registry = await openRegistry(invocation)
  const { connection } = await connectionOf(registry, invocation, 'known')
  await work({ registry, connection })
  return 0
}

async function versionOf({ registry, connection }: Found, wanted: number | undefined): Promise<StateVersion> {
  if (wanted !== undefined) return pick(await registry.history(connection), wanted, connection)
  const current = await registry.show(connection)
  if (current) return current
  throw noState(connection)
}

function pick(versions: readonly StateVersion[], wanted: number | undefined, connection: string): StateVersion {
  if (versions.length === 0) throw noState(connection)
  const found = versions.find(({ version }) => version === wanted)
  if (found) return found
  const known = versions.map(({ version }) => String(version))
  throw new ConfigError('ERR_STATE_VERSION', `version ${wanted} of connection ${connection} is not kept; ${suggest(String(wanted), known)}`)
}

const noState = (connection: string): ConfigError => new ConfigError('ERR_STATE_MISSING', `connection ${connection} has no state`)

function changeLines({ stream, before, after }: Change): readonly string[] {
  const line = (sign: string, state: unknown) => (state === undefined ? [] : [`${sign} ${stream}  ${stateText(state)}`])
  return [...line('-', before), ...line('+', after)]
}
