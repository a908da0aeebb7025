import { ConfigError, ConnectorError, suggest } from '../../../framework/errors.ts'
import type { Diagnostic } from '../../../framework/report.ts'
import { type GraphObject, isAnswered, isDefault, isOffered, isReadElsewhere, type Metric, metricsOf } from './catalogue.ts'

export interface MetricWish {
  readonly object: GraphObject
  /** Objects of the connector: a name that belongs to another of them is no mistake. */
  readonly objects: readonly GraphObject[]
  /** Names from the config; undefined or empty: the default selection. */
  readonly names?: readonly string[] | undefined
  /** `YYYY-MM-DD` */
  readonly day: string
}

export interface MetricSelection {
  readonly metrics: readonly Metric[]
  /** Retired names: replaced ones and ones left out. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The metrics to read of one object. Retired names are accepted and answered with their replacement; an object none of whose
 * metrics is named keeps its default selection. Throws ConfigError ERR_METRIC_UNKNOWN for a name that no object of the connector knows.
 */
export function selectMetrics(wish: MetricWish): MetricSelection {
  const known = metricsOf(wish.objects)
  const names = wish.names ?? []
  for (const name of names) requireKnown(name, known, wish.day)
  const own = known.filter((entry) => entry.object === wish.object)
  const asked = names.flatMap((name) => own.find((entry) => entry.metric === name) ?? [])
  if (asked.length === 0) return { metrics: own.filter((entry) => isDefault(entry, wish.day)), diagnostics: [] }
  const diagnostics: Diagnostic[] = []
  const chosen = new Set<Metric>()
  for (const entry of asked) {
    const { metric, diagnostic } = resolve(entry, own, wish.day)
    if (metric) chosen.add(metric)
    if (diagnostic) diagnostics.push(diagnostic)
  }
  return { metrics: [...chosen], diagnostics }
}

/** A name of the config that the API refuses, and what is read in its place. */
export interface RetiredName {
  readonly entry: Metric
  readonly reading: Metric | undefined
}

/** The retired ones among the names of a config. */
export function retiredNames({
  objects,
  names,
  day,
}: Required<Pick<MetricWish, 'objects' | 'day'>> & { readonly names: readonly string[] }): readonly RetiredName[] {
  const known = metricsOf(objects)
  return known
    .filter((entry) => names.includes(entry.metric) && !isOffered(entry, day))
    .map((entry) => {
      const own = known.filter(({ object }) => object === entry.object)
      return { entry, reading: successor(entry, own, day) }
    })
}

function requireKnown(name: string, known: readonly Metric[], day: string): void {
  if (known.some((entry) => entry.metric === name)) return
  const offered = known.filter((entry) => isOffered(entry, day)).map((entry) => entry.metric)
  throw new ConfigError('ERR_METRIC_UNKNOWN', `config.metrics: unknown metric '${name}'; ${suggest(name, offered)}`)
}

function resolve(entry: Metric, own: readonly Metric[], day: string): { metric?: Metric; diagnostic?: Diagnostic } {
  if (isReadElsewhere(entry)) {
    return {
      diagnostic: warning(
        'ERR_METRIC_NOT_OFFERED',
        entry,
        `is read at ${entry.endpoint}, which this connector does not call; it is left out`,
      ),
    }
  }
  if (!isAnswered(entry) && isOffered(entry, day)) {
    return { diagnostic: warning('ERR_METRIC_NOT_OFFERED', entry, 'is a name that the API knows but does not document; it is left out') }
  }
  if (isOffered(entry, day)) return { metric: entry }
  const since = entry.removed_on ? ` since ${entry.removed_on}` : ''
  const replacement = successor(entry, own, day)
  if (!replacement)
    return { diagnostic: warning('ERR_METRIC_RETIRED', entry, `is refused by the API${since} and has no replacement; it is left out`) }
  const note = entry.replacement_note ? ` (${entry.replacement_note})` : ''
  return {
    metric: replacement,
    diagnostic: warning('ERR_METRIC_RETIRED', entry, `is refused by the API${since}; reading ${replacement.metric} instead${note}`),
  }
}

/** The first replacement that is still answered; a replacement may have been retired as well. */
function successor(entry: Metric, own: readonly Metric[], day: string): Metric | undefined {
  const seen = new Set<Metric>()
  let current: Metric | undefined = entry
  while (current && !seen.has(current)) {
    if (isOffered(current, day)) return current
    seen.add(current)
    const name: string | undefined = current.replacement
    current = own.find((candidate) => candidate.metric === name)
  }
  return undefined
}

function warning(code: string, entry: Metric, what: string): Diagnostic {
  const context = { metric: entry.metric }
  return {
    severity: 'warning',
    error: new ConnectorError(code, `metric ${entry.metric} ${what}`, { failureType: 'config_error', context }),
  }
}
