import type { Authenticator } from '../../framework/components/authenticators/authenticator.ts'
import type { Requester } from '../../framework/components/requesters/requester.ts'
import {
  type Page,
  type ReadOptions,
  type Retriever,
  type StreamSlice,
  sliceScope,
} from '../../framework/components/retrievers/retriever.ts'
import { AuthenticationError, ConnectorError } from '../../framework/errors.ts'
import type { HttpResponse } from '../../framework/http/request.ts'
import type { BuildContext } from '../../framework/manifest/component.ts'
import type { Row } from '../../framework/protocol/messages.ts'
import { accountOf, type GraphAccount, requireTask } from './account.ts'
import { BATCH_LIMIT, type BatchAnswer, batchAnswers, batchFields, relativeUrl } from './batch.ts'
import { bisect } from './bisect.ts'
import type { GraphObject } from './catalogue.ts'
import { classify, graphConnectorError } from './errors.ts'
import { insightRows, utcText } from './insight-rows.ts'
import type { LazySelection } from './metric-fields.ts'
import { insightsParams, planGroups } from './plan.ts'
import { isForbidden, judgeRefusal, refusedFinding } from './refusal.ts'
import { runState } from './run-state.ts'
import { explainSilence } from './silence.ts'

/** The built fields of the retriever. */
export interface ItemInsightsSettings {
  readonly items: Retriever
  readonly requester: Requester
  readonly authenticator: Authenticator | undefined
  readonly object: GraphObject
  readonly period: string
  readonly account_field: string
  readonly item_field: string
  readonly required_task: string | undefined
  readonly required_permission: string | undefined
  readonly user: Requester | undefined
  readonly selection: LazySelection
  readonly context: BuildContext
  /** Accounts whose item insights are refused as a whole during this run, with the reason. */
  readonly denied: Map<string, ConnectorError>
}

/** Batches in which an item may come to nothing before the slice is given up. */
const MAX_TRIES = 4
const DAY = 86_400_000

interface Item {
  readonly id: string
  readonly tries: number
}
interface AskedItem extends Item {
  readonly names: readonly string[]
}

/** Reading one slice: the items of one account in one window. */
export class ItemInsightsReading {
  readonly #settings: ItemInsightsSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: GraphAccount
  readonly #observedAt: number
  readonly #metrics: readonly string[]
  #answered = false

  constructor(settings: ItemInsightsSettings, slice: StreamSlice, options: ReadOptions) {
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope)
    this.#metrics = planGroups(settings.selection.metrics(), { period: settings.period }).flatMap(({ metrics }) => metrics)
    // Lifetime values carry the UTC day on which they were seen, so that they build a history.
    this.#observedAt = Math.floor(settings.context.services.clock.now() / DAY) * DAY
  }

  async *pages(): AsyncGenerator<Page> {
    const { denied, items, required_task, selection, context } = this.#settings
    const known = denied.get(this.#account.id)
    if (known) throw known
    selection.report(context.services.report)
    const { stream, signal, stages } = this.#options
    const options = { stream, stages: { transformations: [], schema: stages.schema }, ...(signal ? { signal } : {}) }
    try {
      requireTask(this.#account, required_task)
      let asked = 0
      let found = 0
      for await (const page of items.read(this.#slice, options)) {
        const ids = page.rows.map((row) => row['id']).filter((id) => typeof id === 'string')
        for (let start = 0; start < ids.length; start += BATCH_LIMIT) {
          const rows = await this.#readItems(ids.slice(start, start + BATCH_LIMIT))
          found += rows.length
          yield { rows: this.#transformed(rows) }
        }
        asked += ids.length
      }
      if (asked > 0 && found === 0 && this.#answered) await this.#explainSilence()
    } catch (thrown) {
      if (isForbidden(thrown)) denied.set(this.#account.id, thrown)
      throw thrown
    }
  }

  /** Lifetime values are about no window: what is silent is silent today. */
  async #explainSilence(): Promise<void> {
    const { context, object, required_permission, user } = this.#settings
    const window = { since: this.#observedAt - 30 * DAY, until: this.#observedAt + DAY }
    const asked = { object, required_permission, user, services: context.services, signal: this.#options.signal }
    await explainSilence({ ...asked, account: this.#account, window, days: utcText(this.#observedAt).slice(0, 10) })
  }

  #transformed(rows: Row[]): Row[] {
    const { transformations } = this.#options.stages
    if (transformations.length === 0) return rows
    const scope = sliceScope(this.#slice)
    return rows.map((row) => transformations.reduce((current, step) => step.transform(current, scope), row))
  }

  /** Rows of up to fifty items; what a batch leaves undone goes into the next one. */
  async #readItems(ids: readonly string[]): Promise<Row[]> {
    const rows: Row[] = []
    let queue: readonly Item[] = ids.map((id) => ({ id, tries: 0 }))
    while (queue.length > 0) {
      const asked = queue.map((item) => ({ ...item, names: this.#names(item.id) })).filter(({ names }) => names.length > 0)
      if (asked.length === 0) break
      const answers = await this.#batch(asked)
      const sorted = this.#sort(asked, answers, rows)
      queue = [...sorted.again, ...(await this.#resolveRefusals(sorted.refused, rows))]
    }
    return rows
  }

  /** Takes the rows of what was answered; tells what has to be asked again and what was refused. */
  #sort(asked: readonly AskedItem[], answers: readonly BatchAnswer[], rows: Row[]) {
    const again: Item[] = []
    const refused: { item: AskedItem; error: ConnectorError }[] = []
    asked.forEach((item, index) => {
      const answer = answers[index] ?? { kind: 'undone' }
      if (answer.kind === 'answer') {
        this.#answered = true
        rows.push(...this.#rows(item.id, answer.body))
        return
      }
      const { error, retries } = this.#verdict(answer)
      if (error instanceof AuthenticationError) throw this.#located(error, item)
      if (item.tries < retries) again.push({ id: item.id, tries: item.tries + 1 })
      else if (error.failureType === 'transient_error' && judgeRefusal(error) === undefined) throw this.#located(error, item)
      else refused.push({ item, error })
    })
    return { again, refused }
  }

  #verdict(answer: Exclude<BatchAnswer, { kind: 'answer' }>): { error: ConnectorError; retries: number } {
    if (answer.kind === 'error') {
      const verdict = classify(answer.error)
      return { error: graphConnectorError(answer.error, verdict), retries: Math.min(verdict.retries, MAX_TRIES) }
    }
    const error = new ConnectorError('ERR_BATCH_UNDONE', 'the API did not get round to this item of the batch', {
      failureType: 'transient_error',
    })
    return { error, retries: MAX_TRIES }
  }

  /** Looks for the culprit in one refused item; the others profit from it, and are asked again without it. */
  async #resolveRefusals(refused: readonly { item: AskedItem; error: ConnectorError }[], rows: Row[]): Promise<readonly Item[]> {
    const again: Item[] = []
    for (const { item, error } of refused) {
      if (judgeRefusal(error) === undefined) this.#leaveOut(item.id, item.names, error)
      else if (this.#names(item.id).length < item.names.length) again.push({ id: item.id, tries: item.tries })
      else rows.push(...(await this.#search(item, error)))
    }
    return again
  }

  async #search(item: AskedItem, failed: ConnectorError): Promise<readonly Row[]> {
    const ask = async (names: readonly string[]) => {
      const asked = { ...item, names }
      const [answer] = await this.#batch([asked])
      if (answer?.kind === 'answer') return this.#rows(item.id, answer.body)
      throw this.#verdict(answer ?? { kind: 'undone' }).error
    }
    try {
      const result = await bisect({ names: item.names, ask, judge: judgeRefusal, failed })
      for (const { name, error } of result.refused) this.#leaveOut(item.id, [name], error)
      if (result.answers.length > 0) this.#answered = true
      return result.answers.flat()
    } catch (thrown) {
      // Other items answer, so it is this one that is refused as a whole.
      if (!this.#answered || judgeRefusal(thrown) === undefined) throw this.#located(thrown, item)
      this.#leaveOut(item.id, item.names, thrown, 'item')
      return []
    }
  }

  #leaveOut(id: string, names: readonly string[], reason: unknown, reach?: 'item'): void {
    const { http, report } = this.#settings.context.services
    const { quarantine } = runState(http)
    const asked = reach === 'item' ? { ...this.#asked(id), account: id } : this.#asked(id)
    const news = names.filter((name) => quarantine.add(name, asked, reason))
    if (news.length === 0) return
    report.finding(refusedFinding({ object: asked.object, account: this.#account.id, names: news, item: id, reason }))
  }

  #names(id: string): readonly string[] {
    return runState(this.#settings.context.services.http).quarantine.remaining(this.#metrics, this.#asked(id))
  }

  #asked(item: string) {
    return { object: this.#settings.object, way: this.#settings.period, account: this.#account.id, item }
  }

  async #batch(asked: readonly AskedItem[]): Promise<readonly BatchAnswer[]> {
    const credentials = (await this.#settings.authenticator?.parts(sliceScope(this.#slice)))?.params ?? {}
    const { period } = this.#settings
    const addresses = asked.map(({ id, names }) => {
      const params = { ...insightsParams({ period, metrics: names }, names, undefined), ...credentials }
      return relativeUrl(`${encodeURIComponent(id)}/insights`, params)
    })
    const { stream, signal } = this.#options
    const request = {
      scope: sliceScope(this.#slice),
      parts: { body_data: batchFields(addresses) },
      // The API counts every item as a call.
      weight: asked.length,
      accept: (response: HttpResponse) => void batchAnswers(response.json(), asked.length),
      stream,
      ...(signal ? { signal } : {}),
    }
    try {
      const answer = await this.#settings.requester.send(request)
      return batchAnswers(answer.response.json(), asked.length)
    } catch (thrown) {
      const [only] = asked
      throw only && asked.length === 1 ? this.#located(thrown, only) : thrown
    }
  }

  #rows(id: string, body: unknown): Row[] {
    const owner = { [this.#settings.account_field]: this.#account.id, [this.#settings.item_field]: id }
    return insightRows(body, { owner, period: this.#settings.period, observedAt: this.#observedAt })
  }

  #located(thrown: unknown, { id, names }: Pick<AskedItem, 'id' | 'names'> & Partial<Item>): unknown {
    if (!(thrown instanceof ConnectorError)) return thrown
    thrown.context = { account_id: this.#account.id, media_id: id, metric: names.join(','), ...thrown.context }
    return thrown
  }
}
