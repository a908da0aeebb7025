import { ConnectorError } from '../../../framework/errors.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { dataOf } from './insight-rows.ts'

/** A total of one metric; with a breakdown, one of its parts. */
export interface Total {
  readonly metric: string
  readonly value: unknown
  /** Names of the dimensions, in the order of `values`; empty for the plain total. */
  readonly dimensions: readonly string[]
  readonly values: readonly string[]
}

/**
 * Totals of an answer with `total_value`; of a metric with breakdowns only their parts. What the API leaves out gives no total: an entry
 * without `total_value`, a part without people. Throws ConnectorError ERR_DATA_MISSING (transient) when the body has no `data` list.
 */
export function totalsOf(body: unknown): Total[] {
  return dataOf(body).flatMap(({ name: metric, total_value: total }) => {
    if (typeof metric !== 'string' || !isObject(total)) return []
    const { value, breakdowns } = total
    if (Array.isArray(breakdowns)) return breakdowns.filter(isObject).flatMap((table) => partsOf(metric, table))
    return value === undefined || value === null ? [] : [{ metric, value, dimensions: [], values: [] }]
  })
}

function partsOf(metric: string, { dimension_keys: keys, results }: Readonly<Record<string, unknown>>): Total[] {
  const dimensions = texts(keys)
  if (!Array.isArray(results)) return []
  return results.filter(isObject).flatMap(({ dimension_values: values, value }) => {
    return value === undefined || value === null ? [] : [{ metric, value, dimensions, values: texts(values) }]
  })
}

function texts(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(String) : []
}

export interface TotalRowOptions {
  /** First fields of every row, such as `{ ig_user_id }`. */
  readonly owner: Readonly<Record<string, string>>
  readonly period: string
  /** undefined keeps plain totals; otherwise parts by this dimension, which becomes a field. */
  readonly breakdown: string | undefined
  /** `end_time` and `metric_date` of the day that was asked for. */
  readonly endTime: string
  readonly day: string
}

/** Rows of the totals of one day. Throws ERR_BREAKDOWN_MISSING when parts came without the dimension that they were asked for by. */
export function totalRows(body: unknown, { owner, period, breakdown, endTime, day }: TotalRowOptions): Row[] {
  return totalsOf(body).flatMap(({ metric, value, dimensions, values }) => {
    if (breakdown === undefined && dimensions.length > 0) return []
    const at = breakdown === undefined ? -1 : dimensions.indexOf(breakdown)
    if (breakdown !== undefined && at < 0) throw unasked(metric, breakdown)
    const part = breakdown === undefined ? {} : { [breakdown]: values[at] ?? '' }
    return [{ ...owner, metric, period, end_time: endTime, metric_date: day, ...part, value }]
  })
}

function unasked(metric: string, breakdown: string): ConnectorError {
  return new ConnectorError('ERR_BREAKDOWN_MISSING', `values of ${metric} came without ${breakdown}, although they were asked for by it`, {
    context: { metric },
  })
}
