import { ConfigError, suggest } from '../../framework/errors.ts'
import type { CompleteRange, DriftReport, ExitCode } from '../../framework/runtime/ports/run.ts'
import type { RunRecord, StreamRecord } from '../../framework/runtime/ports/run-log.ts'
import type { StateRegistry } from '../../framework/runtime/ports/state-registry.ts'
import { changeText } from '../../schemas/compare.ts'
import type { Invocation } from '../command.ts'
import { wholeNumber } from '../output/numbers.ts'
import { printLines } from '../output/print-lines.ts'
import { connectionOf, openRegistry } from '../state/access.ts'

interface Found {
  readonly registry: StateRegistry
  readonly connection: string
}

export function listRuns(invocation: Invocation): Promise<ExitCode> {
  return withRuns(invocation, async ({ registry, connection }) => {
    const records = (await registry.runs.list(connection)).slice(0, wholeNumber(invocation.options, 'limit') ?? 20)
    if (invocation.options['json'] === true) {
      return records.map(({ streams, errors, ...run }) => JSON.stringify({ ...run, streams: streams.length, errors: errors.length }))
    }
    return records.length === 0 ? [`connection ${connection} has no runs`] : records.map(runLine)
  })
}

export function showRun(invocation: Invocation, id: string): Promise<ExitCode> {
  return withRuns(invocation, async ({ registry, connection }) => {
    const records = await registry.runs.list(connection)
    const matches = id === 'last' ? records.slice(0, 1) : records.filter(({ run_id }) => run_id.startsWith(id))
    const [record] = matches
    if (!record || matches.length > 1) {
      const what = matches.length > 1 ? 'is the start of several runs' : 'is not a run'
      const known = records.slice(0, 10).map(({ run_id }) => run_id)
      throw new ConfigError('ERR_RUN_UNKNOWN', `'${id}' ${what} of connection ${connection}; ${suggest(id, known)}`)
    }
    if (invocation.options['json'] === true) return [JSON.stringify(record)]
    const errors = record.errors.map(({ code, message }) => `  ${code}: ${message}`)
    const drift = (record.drift ?? []).flatMap(driftLines)
    return [
      runLine(record),
      '',
      ...record.streams.map(streamLine),
      ...accountLines(record.streams),
      ...(errors.length > 0 ? ['', 'errors', ...errors] : []),
      ...(drift.length > 0 ? ['', 'schema drift', ...drift] : []),
    ]
  })
}

export function showComplete(invocation: Invocation): Promise<ExitCode> {
  return withRuns(invocation, async ({ registry, connection }) => {
    const streams = Object.entries(await registry.runs.complete(connection)).sort(([a], [b]) => (a < b ? -1 : 1))
    if (invocation.options['json'] === true) return streams.map(([stream, complete]) => JSON.stringify({ stream, complete }))
    return streams.map(([stream, ranges]) => `${stream}  ${rangeTexts(ranges)}`)
  })
}

async function withRuns(invocation: Invocation, work: (found: Found) => Promise<readonly string[]>): Promise<ExitCode> {
  await using registry = await openRegistry(invocation)
  // The argument is a run, not a connector.
  const { connection } = await connectionOf(registry, { ...invocation, argument: undefined }, 'any')
  await printLines(invocation.io.stdout, await work({ registry, connection }))
  return 0
}

function runLine({ run_id, started_at, updated_at, status, streams, rows_written, requests, errors, backfill }: RunRecord): string {
  const complete = streams.filter(({ outcome }) => outcome === 'complete').length
  const seconds = Math.round((Date.parse(updated_at) - Date.parse(started_at)) / 1000)
  const range = backfill ? `  backfill ${backfill.from ?? ''} – ${backfill.to ?? ''}` : ''
  const counts = `${complete}/${streams.length} streams  ${rows_written} rows  ${requests} calls  ${errors.length} errors  ${seconds} s`
  return `${run_id}  ${status.padEnd(8)}  ${counts}${range}`
}

function streamLine({ stream, outcome, calls, rows, rows_written, slices, failed_slices, complete, errors }: StreamRecord): string {
  const failed = failed_slices > 0 ? `, ${failed_slices} failed` : ''
  const codes = errors
    ? `  ${Object.entries(errors)
        .map(([code, count]) => `${code} ×${count}`)
        .join(', ')}`
    : ''
  const written = rows_written === undefined || rows_written === rows ? '' : ` (${rows_written} written)`
  return `${stream}  ${outcome}  ${rows} rows${written}, ${calls ?? 0} calls, ${slices} slices${failed}  ${rangeTexts(complete ?? [])}${codes}`
}

/** One line for each account, where there are several. */
function accountLines(streams: readonly StreamRecord[]): readonly string[] {
  const accounts = new Map<string, StreamRecord[]>()
  for (const record of streams) {
    if (record.account_id !== undefined) accounts.set(record.account_id, [...(accounts.get(record.account_id) ?? []), record])
  }
  if (accounts.size < 2) return []
  const lines = Array.from(accounts, ([account, own]) => {
    const sum = (numberOf: (record: StreamRecord) => number) => own.reduce((total, record) => total + numberOf(record), 0)
    const complete = own.filter(({ outcome }) => outcome === 'complete').length
    const errors = sum((record) => Object.values(record.errors ?? {}).reduce((total, count) => total + count, 0))
    const counts = `${sum(({ rows }) => rows)} rows  ${sum(({ calls }) => calls ?? 0)} calls  ${errors} errors`
    return `  ${account}  ${complete}/${own.length} streams  ${counts}`
  })
  return ['', 'accounts', ...lines]
}

function driftLines(drift: DriftReport): readonly string[] {
  const { stream, from_version: from, to_version: to, changes, changes_total, discarded_rows, discarded_values, dead_letters } = drift
  const versions = to === null ? 'not registered' : from === null || from === to ? `version ${to}` : `version ${from} → ${to}`
  const discarded =
    dead_letters === undefined ? '' : `; ${discarded_rows} rows and ${discarded_values} values discarded, kept in ${dead_letters}`
  const lines = changes.map(
    ({ record, verb, ...change }) => `    ${changeText(change)}, ${verb}${record === undefined ? '' : `; first row ${record}`}`,
  )
  const hidden = changes_total - changes.length
  return [`  ${stream}  ${versions}${discarded}`, ...lines, ...(hidden > 0 ? [`    … and ${hidden} more`] : [])]
}

const rangeTexts = (ranges: readonly CompleteRange[]): string => ranges.map(({ from, to }) => `${from} – ${to}`).join(', ')
