import { AuthenticationError, ConnectorError, StoppedError } from '../../../framework/errors.ts'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import { runState } from '../../meta/graph/run-state.ts'
import type { ItemInsights } from '../../meta/insights/item-insights.ts'
import { bisect } from '../../meta/metrics/bisect.ts'
import type { ListRequest, MediaListing } from './listing.ts'
import type { MediaMetrics } from './metrics.ts'
import { type MediaItem, observationsOf } from './page.ts'
import { segmentsOf, spanOf } from './scan-plan.ts'

export interface MediaExpansionOptions {
  readonly listing: MediaListing
  readonly items: ItemInsights
  readonly metrics: MediaMetrics
  readonly services: Services
  readonly account: string
  /** Insights are wanted at all. */
  readonly enabled: boolean
  readonly converted: number | undefined
  /** Media that are being asked one by one, for whoever has to judge their refusals. */
  readonly known: Map<string, MediaItem>
}

/** As few media as are asked one by one without looking for the offending one first. */
const FEW = 12

/**
 * The insights that come with lists of media. One media that refuses a metric fails its whole page: the page is then listed without,
 * its insights are asked for in about √n parts, and media by media only where a part is refused too.
 */
export class MediaExpansion {
  readonly #options: MediaExpansionOptions
  #converted: number | undefined
  #denied: ConnectorError | undefined

  constructor(options: MediaExpansionOptions) {
    this.#options = options
    this.#converted = options.converted
  }

  /** Media up to here were posted before the account became a business. */
  get converted(): number | undefined {
    return this.#converted
  }

  /** Why insights cannot be read, for any media. */
  get denied(): ConnectorError | undefined {
    return this.#denied
  }

  /** Metrics to ask for with media that are not older than `oldest`; undefined when their age is not known. */
  metricsFor(newest: number | undefined): readonly string[] {
    const isTooOld = newest !== undefined && this.#converted !== undefined && newest <= this.#converted
    if (!this.#options.enabled || this.#denied || isTooOld) return []
    const { account, services, metrics } = this.#options
    const asked = { object: 'ig_media', way: 'lifetime', account }
    return runState(services).quarantine.remaining(metrics.common(), asked)
  }

  /** Learns which metric the API no longer knows at all, with lists of one media. False when it is none of the names. */
  async dropRetired(request: ListRequest, failed: ConnectorError): Promise<boolean> {
    if (failed.code !== 'ERR_METRIC_REFUSED') return false
    const { listing, services } = this.#options
    const ask = async (names: readonly string[]) => {
      const [answer] = await listing.ask([{ ...request, fields: 'values', metrics: names, limit: 1 }])
      if (answer?.error) throw answer.error
    }
    const judge = (error: unknown) => (error instanceof ConnectorError && error.code === 'ERR_METRIC_REFUSED' ? 'name' : undefined)
    const { quarantine } = runState(services)
    return quarantine.exclusive('ig_media', async () => {
      const left = this.metricsFor(undefined)
      if (left.length < request.metrics.length) return true
      try {
        const { refused } = await bisect({ names: request.metrics, ask, judge, failed })
        for (const { name, error } of refused) this.#retire(name, error instanceof Error ? error : failed)
        return refused.length > 0
      } catch (thrown) {
        // Another reason shows: it is found media by media.
        if (judge(thrown) === undefined && thrown instanceof ConnectorError && !endsAll(thrown)) return false
        throw thrown
      }
    })
  }

  #retire(name: string, cause: Error): void {
    const { services, account } = this.#options
    const isNew = runState(services).quarantine.add(name, { object: 'ig_media', way: 'lifetime', account }, cause)
    if (isNew) reportRetired(services, name, cause)
  }

  /** Reads the insights of a page whose list was refused with them. What goes wrong here concerns insights only. */
  async split(items: readonly MediaItem[]): Promise<void> {
    try {
      const open = this.#eligible(items)
      const refused = open.length > FEW ? await this.#bySegments(open) : open
      await this.#oneByOne(refused)
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError) || endsAll(thrown)) throw thrown
      this.#denied = thrown
    }
  }

  /** Notes that lists come with insights: whatever is refused later is the fault of a media. */
  markAnswered(): void {
    this.#options.items.markAnswered()
  }

  #eligible(items: readonly MediaItem[]): readonly MediaItem[] {
    const { metrics } = this.#options
    const isYoung = ({ time }: MediaItem) => this.#converted === undefined || time > this.#converted
    return items.filter((item) => item.asked === 'nothing' && metrics.hasInsights(item) && isYoung(item))
  }

  /** Gives the media of the parts that are refused. */
  async #bySegments(items: readonly MediaItem[]): Promise<readonly MediaItem[]> {
    const segments = segmentsOf(items)
    const names = this.metricsFor(undefined)
    const requests = segments.map((part) => ({ range: spanOf(part), fields: 'values', metrics: names }) as const)
    const answers = await this.#options.listing.ask(requests)
    const refused: MediaItem[] = []
    for (const [index, part] of segments.entries()) {
      const answer = answers[index]
      if (!answer || answer.error) refused.push(...part)
      else {
        this.markAnswered()
        const values = new Map(answer.page.nodes.map((node) => [node['id'], observationsOf(node['insights'])]))
        for (const item of part) {
          const observations = values.get(item.id)
          if (observations) Object.assign(item, { observations, asked: 'common' })
          else refused.push(item)
        }
      }
    }
    return refused
  }

  /** Newest first, a few to begin with: what is older than a media from before the conversion need not be asked. */
  async #oneByOne(items: readonly MediaItem[]): Promise<void> {
    let left = items.toSorted((one, other) => other.time - one.time)
    // A right that is missing shows at the first one.
    let size = this.#options.items.answered ? FEW : 1
    while (left.length > 0) {
      await this.#ask(left.slice(0, size))
      left = [...this.#eligible(left.slice(size))]
      size = Math.max(FEW, size * 2)
    }
  }

  async #ask(items: readonly MediaItem[]): Promise<void> {
    const { items: insights, metrics, known } = this.#options
    for (const item of items) known.set(item.id, item)
    const { bodies, noData } = await insights.read(items.map((item) => ({ id: item.id, names: metrics.missing(item) })))
    for (const item of items) {
      const observations = (bodies.get(item.id) ?? []).flatMap((body) => observationsOf(body) ?? [])
      Object.assign(item, { observations, asked: 'all' })
    }
    known.clear()
    for (const { id, error } of noData) {
      const time = items.find((item) => item.id === id)?.time
      if (error.code === 'ERR_MEDIA_BEFORE_CONVERSION' && time !== undefined) this.#converted = Math.max(time, this.#converted ?? time)
    }
  }
}

function endsAll(error: ConnectorError): boolean {
  return error instanceof AuthenticationError || error instanceof StoppedError
}

function reportRetired({ report }: Services, name: string, cause: Error): void {
  const message = `ig_media metric ${name} is no longer known to the API and left out of this run: ${cause.message}`
  const options = { failureType: 'config_error', cause, context: { metric: name } } as const
  report.finding({ severity: 'error', error: new ConnectorError('ERR_METRIC_REFUSED', message, options) })
}
