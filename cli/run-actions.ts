import { ConfigError, suggest } from '../framework/errors.ts'
import type { CompleteRange, ExitCode } from '../framework/runtime/run.ts'
import type { RunRecord, StreamRecord } from '../framework/runtime/run-log.ts'
import type { StateRegistry } from '../framework/runtime/state-registry.ts'
import type { Invocation } from './command.ts'
import { wholeNumber } from './numbers.ts'
import { printLines } from './print-lines.ts'
import { connectionOf, openRegistry } from './state-access.ts'

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
      const what = matches.length > 1 ? 'is the start of several runs' : 'is no run'
      const known = records.slice(0, 10).map(({ run_id }) => run_id)
      throw new ConfigError('ERR_RUN_UNKNOWN', `'${id}' ${what} of connection ${connection}; ${suggest(id, known)}`)
    }
    if (invocation.options['json'] === true) return [JSON.stringify(record)]
    const errors = record.errors.map(({ code, message }) => `  ${code}: ${message}`)
    return [runLine(record), '', ...record.streams.map(streamLine), ...(errors.length > 0 ? ['', 'errors', ...errors] : [])]
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

function streamLine({ stream, outcome, rows, slices, failed_slices, complete, errors }: StreamRecord): string {
  const failed = failed_slices > 0 ? `, ${failed_slices} failed` : ''
  const codes = errors
    ? `  ${Object.entries(errors)
        .map(([code, count]) => `${code} ×${count}`)
        .join(', ')}`
    : ''
  return `${stream}  ${outcome}  ${rows} rows, ${slices} slices${failed}  ${rangeTexts(complete ?? [])}${codes}`
}

const rangeTexts = (ranges: readonly CompleteRange[]): string => ranges.map(({ from, to }) => `${from} – ${to}`).join(', ')
