import Table from 'cli-table3'
import pc from 'picocolors'
import type { RunError, RunSummary, StreamResult } from '../../framework/runtime/ports/run.ts'
import { contextLabel } from './errors.ts'
import { clockTime, counted, grouped, neutralise, shorten } from './terminal-text.ts'

export interface ResultTableOptions {
  readonly summary: RunSummary
  readonly streams: readonly StreamResult[]
  /** Where the rows are. */
  readonly places: readonly string[]
  readonly columns: number
  readonly colour: boolean
}

/** More streams than this are shown as one line per kind. */
const shownStreams = 30
const shownErrors = 10
const shownPlaces = 5

interface Line {
  readonly name: string
  readonly streams: readonly StreamResult[]
}

/** What a run gave: a table of streams (of kinds, when there are many), the errors, where the rows are. Ends without a line feed. */
export function renderResultTable(options: ResultTableOptions): string {
  const { summary, places } = options
  const { dim } = pc.createColors(options.colour)
  const total = `${counted(summary.rows, 'row')} from ${counted(summary.accounts, 'account')} in ${clockTime(summary.duration_ms)}`
  const files = places.slice(0, shownPlaces).map((place) => dim(`  ${neutralise(place)}`))
  const more = places.length > shownPlaces ? [dim(`  … and ${grouped(places.length - shownPlaces)} more`)] : []
  return [streamTable(options), total, ...files, ...more, ...errorLines(options)].join('\n')
}

function streamTable({ streams, columns, colour }: ResultTableOptions): string {
  const colours = pc.createColors(colour)
  const lines = streams.length > shownStreams ? byKind(streams) : streams.map((stream) => ({ name: stream.name, streams: [stream] }))
  const width = Math.max(12, Math.min(60, columns - 36))
  const table = new Table({
    head: ['stream', 'rows', 'result'].map((title) => colours.bold(title)),
    colAligns: ['left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const line of lines) {
    const rows = line.streams.reduce((sum, stream) => sum + stream.rows, 0)
    table.push([shorten(neutralise(line.name), width), grouped(rows), result(line, colours)])
  }
  return table.toString()
}

function byKind(streams: readonly StreamResult[]): readonly Line[] {
  const kinds = new Map<string, StreamResult[]>()
  for (const stream of streams) {
    const members = kinds.get(stream.kind)
    if (members) members.push(stream)
    else kinds.set(stream.kind, [stream])
  }
  return Array.from(kinds, ([kind, members]) => ({
    name: members.length > 1 ? `${kind} (${grouped(members.length)})` : kind,
    streams: members,
  }))
}

function result({ streams }: Line, { green, red, yellow }: ReturnType<typeof pc.createColors>): string {
  const count = (outcome: StreamResult['outcome']) => streams.filter((stream) => stream.outcome === outcome).length
  const [complete, incomplete, pending] = [count('complete'), count('incomplete'), count('pending')]
  if (streams.length === 1) return complete ? green('complete') : incomplete ? red('incomplete') : yellow('not reached')
  const parts = [
    ...(complete ? [green(`${grouped(complete)} complete`)] : []),
    ...(incomplete ? [red(`${grouped(incomplete)} incomplete`)] : []),
    ...(pending ? [yellow(`${grouped(pending)} not reached`)] : []),
  ]
  return parts.join(', ')
}

function errorLines({ summary, columns, colour }: ResultTableOptions): readonly string[] {
  const { red, yellow } = pc.createColors(colour)
  const lines = [
    ...summary.errors.map((error) => red(line(error, columns))),
    ...summary.warnings.map((error) => yellow(line(error, columns))),
  ]
  const hidden = lines.length - shownErrors
  return [...lines.slice(0, shownErrors), ...(hidden > 0 ? [`… and ${grouped(hidden)} more in the log`] : [])]
}

function line({ code, message, failure_type: _, stream, account_id, date_range, ...own }: RunError, columns: number): string {
  const whats = Object.entries(own).map(([name, value]) => (name.endsWith('_id') ? `${contextLabel(name)} ${value}` : value))
  const where = [stream, account_id && `account ${account_id}`, ...whats, date_range].filter(Boolean)
  return shorten(neutralise(`${code} ${where.length > 0 ? `[${where.join(', ')}] ` : ''}${message}`), Math.max(40, columns * 3))
}
