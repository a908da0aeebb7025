import { ConnectorError } from '../../../framework/errors.ts'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import type { GraphCall, GraphCalls } from '../graph/graph-calls.ts'
import { runState } from '../graph/run-state.ts'
import { bisect } from '../metrics/bisect.ts'
import type { GraphObject } from '../metrics/catalogue.ts'
import { insightsParams } from '../metrics/plan.ts'
import { classifyRejection, rejectionDiagnostic } from '../metrics/rejection.ts'
import { dataOf } from './insight-rows.ts'

/** A post or media, and the metrics to ask of it. */
export interface ItemWish {
  readonly id: string
  readonly names: readonly string[]
}

export interface ItemInsightsOptions {
  readonly calls: GraphCalls
  readonly services: Services
  readonly object: GraphObject
  readonly period: string
  /** Id of the account that the items belong to. */
  readonly account: string
  /** Items vanish by themselves: one that is gone has no values, which is no failure. */
  readonly itemsExpire?: boolean
  /** Refusals that are known to belong to an item: the metric has no value there, which is no failure. */
  readonly isExpected?: (item: string, metric: string) => boolean
}

export interface ItemAnswers {
  /** Bodies of insights by item; several when its metrics had to be asked for apart. */
  readonly bodies: ReadonlyMap<string, readonly unknown[]>
  /** Items that have nothing to show, and why. */
  readonly noData: readonly { readonly id: string; readonly error: ConnectorError }[]
}

/** Nothing to show, as opposed to refused. */
const NO_DATA = new Set(['ERR_TOO_FEW_VIEWERS', 'ERR_MEDIA_BEFORE_CONVERSION'])

interface Refused {
  readonly wish: ItemWish
  readonly error: ConnectorError
}

interface Gathered {
  readonly bodies: Map<string, unknown[]>
  readonly noData: { id: string; error: ConnectorError }[]
}

/**
 * Insights of the items of one account. A refused item loses the refused metrics only; what one search finds out about a metric
 * spares the others. Throws when not a single item can be read.
 */
export class ItemInsights {
  readonly #options: ItemInsightsOptions
  #answered = false

  constructor(options: ItemInsightsOptions) {
    this.#options = options
  }

  /** True once an item was answered: what is refused from then on is the fault of the item. */
  get answered(): boolean {
    return this.#answered
  }

  /** An item of the account was answered elsewhere. */
  markAnswered(): void {
    this.#answered = true
  }

  async read(wishes: readonly ItemWish[]): Promise<ItemAnswers> {
    const gathered: Gathered = { bodies: new Map(), noData: [] }
    for (let queue = wishes; queue.length > 0; ) {
      const asked = queue.map((wish) => ({ ...wish, names: this.remaining(wish) })).filter(({ names }) => names.length > 0)
      if (asked.length === 0) break
      const outcomes = await this.#options.calls.many(asked.map((wish) => this.#call(wish)))
      const refused: Refused[] = []
      asked.forEach((wish, index) => {
        const outcome = outcomes[index]
        if (outcome?.error) refused.push({ wish, error: outcome.error })
        else this.#keep(wish.id, [outcome?.body], gathered)
      })
      queue = await this.#resolve(refused, gathered)
    }
    return gathered
  }

  /** The names that nobody refused so far. */
  remaining({ id, names }: ItemWish): readonly string[] {
    return runState(this.#options.services).quarantine.remaining(names, this.#asked(id))
  }

  #keep(id: string, bodies: readonly unknown[], gathered: Gathered): void {
    if (bodies.length > 0) this.#answered = true
    gathered.bodies.set(id, [...(gathered.bodies.get(id) ?? []), ...bodies])
  }

  /** Looks for the offending metric in one refused item; the others profit from it, and are asked again without it. */
  async #resolve(refused: readonly Refused[], gathered: Gathered): Promise<readonly ItemWish[]> {
    const again: ItemWish[] = []
    for (const { wish, error } of refused) {
      if (this.#hasNoData(error)) gathered.noData.push({ id: wish.id, error })
      else if (classifyRejection(error) === undefined) this.#leaveOut(wish, error)
      else if (this.remaining(wish).length < wish.names.length || this.#dropNamed(wish, error)) again.push(wish)
      else await this.#search(wish, error, gathered)
    }
    return again
  }

  /** Most refusals of one metric say its name, which saves the search. */
  #dropNamed({ id, names }: ItemWish, error: ConnectorError): boolean {
    const named = /does not support the (\w+) metric/.exec(error.message)?.[1]
    const place = /\bmetric\[(\d+)\] must be one of/.exec(error.message)?.[1]
    const offendingMetric = named ?? (place === undefined ? undefined : names[Number(place)])
    if (offendingMetric === undefined || names.length < 2 || !names.includes(offendingMetric)) return false
    this.#leaveOut({ id, names: [offendingMetric] }, error)
    return this.remaining({ id, names }).length < names.length
  }

  async #search(wish: ItemWish, failed: ConnectorError, gathered: Gathered): Promise<void> {
    const ask = async (names: readonly string[]) => {
      const [outcome] = await this.#options.calls.many([this.#call({ ...wish, names })])
      if (outcome?.error) throw outcome.error
      return outcome?.body
    }
    try {
      const result = await bisect({ names: wish.names, ask, judge: classifyRejection, failed })
      for (const { name, error } of result.refused) this.#leaveOut({ id: wish.id, names: [name] }, error)
      this.#keep(wish.id, result.answers, gathered)
    } catch (thrown) {
      if (thrown instanceof ConnectorError && this.#hasNoData(thrown)) gathered.noData.push({ id: wish.id, error: thrown })
      // Other items answer, so it is this one that is refused as a whole.
      else if (this.#answered && classifyRejection(thrown) !== undefined) this.#leaveOut(wish, thrown, 'item')
      else throw this.#located(thrown, wish)
    }
  }

  #hasNoData({ code }: ConnectorError): boolean {
    return NO_DATA.has(code) || (code === 'ERR_NOT_FOUND' && this.#options.itemsExpire === true)
  }

  #leaveOut({ id, names }: ItemWish, reason: unknown, reach?: 'item'): void {
    const { services, account, isExpected } = this.#options
    const asked = reach === 'item' ? { ...this.#asked(id), account: id } : this.#asked(id)
    const news = names.filter((name) => runState(services).quarantine.add(name, asked, reason))
    if (news.length === 0) return
    if (isUnsupported(reason) && news.every((name) => isExpected?.(id, name))) {
      services.report.log('info', `${asked.object} ${id} of account ${account} has no ${news.join(', ')}`)
      return
    }
    services.report.finding(rejectionDiagnostic({ object: asked.object, account, names: news, item: id, reason }))
  }

  #asked(item: string) {
    const { object, period, account } = this.#options
    return { object, way: period, account, item }
  }

  #call({ id, names }: ItemWish): GraphCall {
    const { period, account } = this.#options
    const params = insightsParams({ period, metrics: names }, names, undefined)
    const context = { account_id: account, media_id: id, metric: names.join(',') }
    return { path: `${encodeURIComponent(id)}/insights`, params, accept: (body) => void dataOf(body), context }
  }

  #located(thrown: unknown, { id, names }: ItemWish): unknown {
    if (!(thrown instanceof ConnectorError)) return thrown
    thrown.context = { account_id: this.#options.account, media_id: id, metric: names.join(','), ...thrown.context }
    return thrown
  }
}

function isUnsupported(reason: unknown): boolean {
  return reason instanceof ConnectorError && reason.code === 'ERR_METRIC_UNSUPPORTED'
}
