import type { Observation } from '../../../framework/components/checks/check.ts'
import { catalogue, type GraphObject, type Metric } from './catalogue.ts'
import { dayAfter, dayOf, daysBetween } from './days.ts'
import { retiredNames, selectMetrics } from './selection.ts'

/** Days after which the catalogue is too old to be relied on: the API retires names twice or three times a year. */
const FRESH_DAYS = 180

export interface MetricUse {
  /** What the connection reads. */
  readonly objects: readonly GraphObject[]
  /** Names from the config; empty: the default selection. */
  readonly names: readonly string[]
  readonly now: number
  readonly days: number
}

/** Which metrics of a connection's selection the API refuses already, and which it will within the days asked for. */
export function observeMetrics({ objects, names, now, days }: MetricUse): Observation {
  const day = dayOf(now)
  const until = dayAfter(now, days)
  const selected = objects.flatMap((object) => selectMetrics({ object, objects, names, day }).metrics)
  const dying = selected.filter(({ removed_on: end }) => end !== undefined && end > day && end <= until)
  const retired = retiredNames({ objects, names, day })
  const parts = [
    ...dying.map((entry) => `${entry.metric} ends on ${entry.removed_on}, in ${leftOf(entry, now)} days, ${successorText(entry)}`),
    ...retired.map(
      ({ entry, reading }) =>
        `${entry.metric} is refused${sinceText(entry)}, ${reading ? `${reading.metric} is read instead` : 'nothing is read instead'}`,
    ),
  ]
  const summary = parts.length === 0 ? `${selected.length} metrics, none of which is known to end by ${until}` : parts.join('; ')
  return {
    check: 'metrics',
    status: parts.length === 0 ? 'ok' : 'warning',
    summary,
    facts: {
      selected: selected.length,
      until,
      dying: dying.map((entry) => ({ ...nameOf(entry), days_left: leftOf(entry, now), replacement: entry.replacement ?? null })),
      retired: retired.map(({ entry, reading }) => ({ ...nameOf(entry), reading: reading?.metric ?? null })),
    },
  }
}

/** Whether what is known of the API is recent enough to say anything about the days to come. */
export function observeCatalogue(now: number): Observation {
  const { as_of } = catalogue()
  const age = -daysBetween(now, as_of)
  const isOld = age > FRESH_DAYS
  const summary = `metrics and versions are known as of ${as_of}${isOld ? `, ${age} days ago: what was announced since is missing; update the connector` : ''}`
  return { check: 'catalogue', status: isOld ? 'warning' : 'ok', summary, facts: { as_of, age_days: age } }
}

const nameOf = ({ object, metric, removed_on }: Metric) => ({ object, metric, removed_on: removed_on ?? null })
const leftOf = ({ removed_on = '' }: Metric, now: number): number => daysBetween(now, removed_on)
const sinceText = ({ removed_on: end }: Metric): string => (end === undefined ? '' : ` since ${end}`)
const successorText = ({ replacement }: Metric): string =>
  replacement === undefined ? 'without a replacement' : `replaced by ${replacement}`
