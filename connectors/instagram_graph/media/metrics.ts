import type { Metric } from '../../meta/metrics/catalogue.ts'
import type { LazySelection } from '../../meta/metrics/metric-fields.ts'
import type { MediaItem } from './page.ts'

/** `common`: what comes with the list. `full`: every metric that the product of a media has. */
export type Depth = 'common' | 'full'

/** Products that lists of media are made of. Advertisements have no insights; stories have a list of their own. */
const LISTED = ['FEED', 'REELS']
const WITHOUT_INSIGHTS = new Set(['AD'])

/** Which metrics are asked for with the list, and which of each media. */
export class MediaMetrics {
  readonly #selection: LazySelection
  readonly #depth: Depth
  #metrics: readonly Metric[] | undefined
  readonly #byProduct = new Map<string, readonly string[]>()

  constructor(selection: LazySelection, { depth, login }: { readonly depth: Depth; readonly login: string }) {
    this.#selection = { ...selection, metrics: () => selection.metrics().filter((entry) => isOfLogin(entry, login)) }
    this.#depth = depth
  }

  /** Metrics that all listed products have and none of their media refuses. */
  common(): readonly string[] {
    return this.#names('', (entry) => isCommon(entry))
  }

  /** Metrics still to be asked of a media. */
  missing({ product, asked }: Pick<MediaItem, 'product' | 'asked'>): readonly string[] {
    if (WITHOUT_INSIGHTS.has(product) || asked === 'all') return []
    const own =
      this.#depth === 'full' && LISTED.includes(product) ? this.#names(product, (entry) => !isCommon(entry) && has(entry, product)) : []
    return asked === 'nothing' ? [...this.common(), ...own] : own
  }

  /** Some media have no value for these, and say so by a refusal. */
  isExpectedRejection(metric: string, { product, type }: Pick<MediaItem, 'product' | 'type'>): boolean {
    const entry = this.#all().find((candidate) => candidate.metric === metric)
    return entry?.on_request === true || (product === 'FEED' && type === 'VIDEO')
  }

  hasInsights({ product }: Pick<MediaItem, 'product'>): boolean {
    return !WITHOUT_INSIGHTS.has(product)
  }

  #names(key: string, fits: (entry: Metric) => boolean): readonly string[] {
    const known = this.#byProduct.get(key)
    if (known) return known
    const names = this.#all()
      .filter(fits)
      .map(({ metric }) => metric)
    this.#byProduct.set(key, names)
    return names
  }

  #all(): readonly Metric[] {
    this.#metrics ??= this.#selection.metrics()
    return this.#metrics
  }
}

function has({ media_product_types }: Metric, product: string): boolean {
  return media_product_types === undefined || media_product_types.includes(product)
}

function isCommon(entry: Metric): boolean {
  return entry.on_request !== true && LISTED.every((product) => has(entry, product))
}

/** Some metrics are offered to one login only. */
function isOfLogin({ login = 'both' }: Metric, chosen: string): boolean {
  return login === 'both' || login === chosen
}
