import { ConnectorError } from '../../../framework/errors.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { closedDay } from '../metrics/pacific.ts'

export interface RowOptions {
  /** First fields of every row, such as `{ page_id }`. */
  readonly owner: Readonly<Record<string, string>>
  readonly period: string
  /** Key beside `value` that tells the parts of a breakdown apart. */
  readonly breakdown?: string | undefined
  /** For values without a time (lifetime): the start of the UTC day of observation, epoch milliseconds. */
  readonly observedAt?: number
  /** End times to keep, both ends included, epoch milliseconds; undefined keeps all. */
  readonly range?: { readonly from: number; readonly to: number } | undefined
}

/**
 * Rows of one insights answer: one per metric, end time and part of the breakdown. A value that the API leaves out gives no row.
 * Throws ConnectorError ERR_DATA_MISSING (transient) when the body has no `data` list.
 */
export function insightRows(body: unknown, options: RowOptions): Row[] {
  const rows: Row[] = []
  const times = new Map<string, EndTime>()
  for (const series of dataOf(body)) {
    const metric = series['name']
    const values = series['values']
    // Asked for one period only, some metrics answer with a second one whose values are stale.
    if (typeof metric !== 'string' || !Array.isArray(values) || series['period'] !== options.period) continue
    for (const entry of values) {
      const row = isObject(entry) ? rowOf(metric, entry, { options, times }) : undefined
      if (row) rows.push(row)
    }
  }
  return rows
}

/** The `data` list of a body. */
export function dataOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  const data = isObject(body) ? body['data'] : undefined
  if (Array.isArray(data)) return data.filter(isObject)
  throw new ConnectorError('ERR_DATA_MISSING', "the answer has no 'data' list", { failureType: 'transient_error' })
}

interface EndTime {
  readonly text: string
  readonly day: string
  readonly kept: boolean
}

function rowOf(
  metric: string,
  entry: Readonly<Record<string, unknown>>,
  { options, times }: { readonly options: RowOptions; readonly times: Map<string, EndTime> },
): Row | undefined {
  const value = entry['value']
  if (value === undefined || value === null) return undefined
  const time = endTime(entry['end_time'], options, times)
  if (!time.kept) return undefined
  // Thirty times as fast as a spread, and this runs for every row.
  const row: Row = {}
  for (const field in options.owner) row[field] = options.owner[field]
  row['metric'] = metric
  row['period'] = options.period
  row['end_time'] = time.text
  row['metric_date'] = time.day
  if (options.breakdown !== undefined) row[options.breakdown] = dimension(entry, options.breakdown, metric)
  row[typeof value === 'object' ? 'value_map' : 'value'] = value
  return row
}

function dimension(entry: Readonly<Record<string, unknown>>, breakdown: string, metric: string): string {
  const part = entry[breakdown]
  if (part !== undefined && part !== null) return String(part)
  throw new ConnectorError('ERR_BREAKDOWN_MISSING', `values of ${metric} came without ${breakdown}, although they were asked for by it`, {
    context: { metric },
  })
}

/** A series repeats the same days for every metric: each distinct text is read once. */
function endTime(text: unknown, options: RowOptions, times: Map<string, EndTime>): EndTime {
  if (typeof text !== 'string') return observation(options)
  const known = times.get(text)
  if (known) return known
  const instant = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  if (Number.isNaN(instant)) throw new ConnectorError('ERR_END_TIME', `cannot read end_time '${text}'`)
  const { range } = options
  const kept = range === undefined || (instant >= range.from && instant <= range.to)
  const time = { text: utcText(instant), day: closedDay(instant), kept }
  times.set(text, time)
  return time
}

function observation({ observedAt }: RowOptions): EndTime {
  if (observedAt === undefined) throw new ConnectorError('ERR_END_TIME', 'a value came without end_time')
  const text = utcText(observedAt)
  return { text, day: text.slice(0, 10), kept: true }
}

/** `2026-11-17T08:00:00+00:00` */
export function utcText(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}+00:00`
}
