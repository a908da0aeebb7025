import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parse } from 'yaml'

/** One line of the metric table: whether a metric exists for an object, in which periods and until when. */
export interface CatalogueMetric {
  readonly object: string
  readonly metric: string
  readonly status: 'active' | 'limited' | 'undocumented' | 'removed'
  readonly periods?: readonly string[]
  readonly breakdowns?: readonly string[]
  readonly value_kind?: string
  readonly removed_on?: string
  readonly available_from?: string
  readonly endpoint?: string
  readonly login?: 'both' | 'facebook'
  readonly metric_type?: readonly string[]
  readonly media_product_types?: readonly string[]
}

/** The metric table by object and name, with the dates held against the fake clock. */
export interface Catalogue {
  /** The metric, when `object` has it on that day; undefined when the API would refuse the name. */
  find(object: string, metric: string, now: number): CatalogueMetric | undefined
  /** Names that `object` accepts on that day. */
  names(object: string, now: number): string[]
  /** From now on the API refuses the metric as it refuses removed ones, until `restore`. */
  retire(object: string, metric: string): void
  restore(): void
}

/** Reads the table that the connectors ship: data, shared by both sides, so that they can't disagree on what exists. */
export function loadCatalogue(): Catalogue {
  const file = createRequire(import.meta.url).resolve('declarative-connector/connectors/meta/metrics/metrics.yaml')
  const table: { metrics: CatalogueMetric[] } = parse(readFileSync(file, 'utf8'))
  const byName = new Map(table.metrics.map((entry) => [`${entry.object} ${entry.metric}`, entry]))
  const retired = new Set<CatalogueMetric>()
  const usable = (entry: CatalogueMetric | undefined, now: number) => (entry && retired.has(entry) ? undefined : inService(entry, now))
  return {
    find: (object, metric, now) => usable(byName.get(`${object} ${metric}`), now),
    names: (object, now) => table.metrics.filter((entry) => entry.object === object && usable(entry, now)).map((entry) => entry.metric),
    retire: (object, metric) => {
      const entry = byName.get(`${object} ${metric}`)
      if (!entry) throw new TypeError(`no metric ${metric} of ${object}`)
      retired.add(entry)
    },
    restore: () => retired.clear(),
  }
}

function inService(entry: CatalogueMetric | undefined, now: number): CatalogueMetric | undefined {
  if (!entry) return undefined
  if (entry.available_from && Date.parse(entry.available_from) > now) return undefined
  if (entry.status !== 'removed') return entry
  return entry.removed_on && now < Date.parse(entry.removed_on) ? entry : undefined
}
