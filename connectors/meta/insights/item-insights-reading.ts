import type { Requester } from '../../../framework/components/read/requester.ts'
import { type Page, type ReadOptions, type Retriever, type StreamSlice, sliceScope } from '../../../framework/components/read/retriever.ts'
import { defined } from '../../../framework/defined.ts'
import type { ConnectorError } from '../../../framework/errors.ts'
import type { BuildContext } from '../../../framework/manifest/definition/component.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { accountOf, type GraphAccount, requireTask } from '../graph/account.ts'
import { batchSize } from '../graph/batch.ts'
import { GraphCalls, type GraphCallsSettings } from '../graph/graph-calls.ts'
import type { GraphObject } from '../metrics/catalogue.ts'
import type { LazySelection } from '../metrics/metric-fields.ts'
import { planGroups } from '../metrics/plan.ts'
import { isForbidden } from '../metrics/rejection.ts'
import { diagnoseEmptyInsights } from './empty-insights.ts'
import { insightRows, utcText } from './insight-rows.ts'
import { ItemInsights } from './item-insights.ts'

/** The built fields of the retriever. */
export interface ItemInsightsSettings {
  readonly items: Retriever
  readonly calls: GraphCallsSettings
  readonly object: GraphObject
  readonly period: string
  readonly account_field: string
  readonly item_field: string
  readonly item_time_field: string | undefined
  readonly items_expire: boolean
  readonly required_task: string | undefined
  readonly required_permission: string | undefined
  readonly user: Requester | undefined
  readonly selection: LazySelection
  readonly context: BuildContext
  /** Accounts whose item insights are refused as a whole during this run, with the reason. */
  readonly denied: Map<string, ConnectorError>
}

/** Reading one slice: the items of one account in one window. */
export class ItemInsightsReading {
  readonly #settings: ItemInsightsSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: GraphAccount
  readonly #insights: ItemInsights
  readonly #observedAt: number
  readonly #metrics: readonly string[]

  constructor(settings: ItemInsightsSettings, slice: StreamSlice, options: ReadOptions) {
    const { selection, period, object, items_expire: itemsExpire } = settings
    const { services } = settings.context
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope)
    this.#metrics = planGroups(selection.metrics(), { period }).flatMap(({ metrics }) => metrics)
    const calls = new GraphCalls(settings.calls, { slice, options })
    this.#insights = new ItemInsights({ calls, services, object, period, account: this.#account.id, itemsExpire })
    // Lifetime values carry the UTC day on which they were seen, so that they build a history.
    this.#observedAt = Math.floor(services.clock.now() / DAY_MS) * DAY_MS
  }

  async *pages(): AsyncGenerator<Page> {
    const { denied, items, required_task, selection, context } = this.#settings
    const known = denied.get(this.#account.id)
    if (known) throw known
    selection.report(context.services.report)
    const { stream, signal, stages } = this.#options
    const options = { stream, stages: { transformations: [], schema: stages.schema }, ...defined({ signal }) }
    try {
      requireTask(this.#account, required_task)
      let asked = 0
      let found = 0
      /** Items read while every answer was empty, which may mean that a permission is missing: the state must not cover them yet. */
      let unproved: readonly Row[] = []
      for await (const page of items.read(this.#slice, options)) {
        const listed = page.rows.filter((row) => typeof row['id'] === 'string')
        for (let start = 0, size = 0; start < listed.length; start += size) {
          size = batchSize(context.services.http)
          const part = listed.slice(start, start + size)
          const rows = await this.#readItems(part.map(({ id }) => String(id)))
          found += rows.length
          unproved = [...unproved, ...part]
          yield { rows: this.#transformed(rows), ...(found > 0 ? this.#checkpoint(unproved) : {}) }
          if (found > 0) unproved = []
        }
        asked += listed.length
      }
      if (asked > 0 && found === 0 && this.#insights.answered) await this.#diagnoseEmptyInsights()
    } catch (thrown) {
      if (isForbidden(thrown)) denied.set(this.#account.id, thrown)
      throw thrown
    }
  }

  /** Times of the items, in the order of the list: what its cursor needs to know how far it is. */
  #checkpoint(items: readonly Row[]): Pick<Page, 'checkpoint'> {
    const { item_time_field: field } = this.#settings
    return field === undefined ? {} : { checkpoint: { times: items.map((item) => item[field]) } }
  }

  async #readItems(ids: readonly string[]): Promise<Row[]> {
    const { account_field, item_field, period, context, object } = this.#settings
    const { bodies, noData } = await this.#insights.read(ids.map((id) => ({ id, names: this.#metrics })))
    for (const { id, error } of noData) {
      context.services.report.log('info', `${object} ${id} of account ${this.#account.id} has no insights: ${error.message}`)
    }
    const rows: Row[] = []
    for (const [id, answers] of bodies) {
      const owner = { [account_field]: this.#account.id, [item_field]: id }
      for (const body of answers) rows.push(...insightRows(body, { owner, period, observedAt: this.#observedAt }))
    }
    return rows
  }

  /** Lifetime values are about no window: what is silent is silent today. */
  async #diagnoseEmptyInsights(): Promise<void> {
    const { context, object, required_permission, user } = this.#settings
    const window = { since: this.#observedAt - 30 * DAY_MS, until: this.#observedAt + DAY_MS }
    const asked = { object, required_permission, user, services: context.services, signal: this.#options.signal }
    await diagnoseEmptyInsights({ ...asked, account: this.#account, window, days: utcText(this.#observedAt).slice(0, 10) })
  }

  #transformed(rows: Row[]): Row[] {
    const { transformations } = this.#options.stages
    if (transformations.length === 0) return rows
    const scope = sliceScope(this.#slice)
    return rows.map((row) => transformations.reduce((current, step) => step.transform(current, scope), row))
  }
}
