import type { Requester } from '../../../framework/components/read/requester.ts'
import {
  type Page,
  type PlannedCall,
  type ReadOptions,
  type StreamSlice,
  sliceScope,
} from '../../../framework/components/read/retriever.ts'
import { defined } from '../../../framework/defined.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import type { BuildContext } from '../../../framework/manifest/definition/component.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { accountOf, type GraphAccount, requireTask } from '../graph/account.ts'
import { catalogue, type GraphObject } from '../metrics/catalogue.ts'
import type { LazySelection } from '../metrics/metric-fields.ts'
import { closedDay } from '../metrics/pacific.ts'
import { halve, insightsParams, type MetricGroup, planGroups, planWindows, type Window, type WindowPlan } from '../metrics/plan.ts'
import { classifyRejection, isForbidden, isTooWide } from '../metrics/rejection.ts'
import { daysOf, RejectionGuard } from '../metrics/rejection-guard.ts'
import { diagnoseEmptyInsights } from './empty-insights.ts'
import { dataOf, insightRows } from './insight-rows.ts'

/** The built fields of the retriever. */
export interface InsightsSettings {
  readonly requester: Requester
  readonly object: GraphObject
  readonly period: string
  readonly metric_type: string | undefined
  readonly breakdown: string | undefined
  readonly account_field: string
  readonly required_task: string | undefined
  readonly required_permission: string | undefined
  readonly user: Requester | undefined
  readonly selection: LazySelection
  readonly context: BuildContext
  /** Accounts whose insights are refused as a whole during this run, with the reason. */
  readonly denied: Map<string, ConnectorError>
}

export interface Range {
  readonly from: number
  readonly to: number
}

/** End times of the slice, epoch milliseconds. */
export function rangeOf({ window }: StreamSlice): Range {
  const [from, to] = Object.values(window?.values ?? {}).map((value) => Date.parse(String(value)))
  if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) {
    throw new ConnectorError('ERR_WINDOW', 'insights are read by windows: the stream needs a cursor with ISO dates')
  }
  return { from, to }
}

function windowsOf(settings: InsightsSettings, range: Range): WindowPlan {
  return planWindows(range, catalogue().limits[settings.object] ?? {}, settings.context.services.clock.now())
}

function groupsOf({ selection, period, breakdown, metric_type }: InsightsSettings): readonly MetricGroup[] {
  return planGroups(selection.metrics(), { period, breakdown, metricType: metric_type })
}

/** Calls that reading a slice takes when nothing is refused. */
export function* plannedCalls(settings: InsightsSettings, slice: StreamSlice): Iterable<PlannedCall> {
  for (const window of windowsOf(settings, rangeOf(slice)).windows) {
    for (const group of groupsOf(settings)) {
      const params = insightsParams(group, group.metrics, window)
      yield { method: 'GET', url: settings.requester.url({ scope: sliceScope(slice), parts: { params } }), times: 1 }
    }
  }
}

/** Reading one slice. */
export class InsightsReading {
  readonly #settings: InsightsSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: GraphAccount
  readonly #range: Range
  readonly #guard: RejectionGuard<{ readonly group: MetricGroup; readonly window: Window }, Row[][]>

  constructor(settings: InsightsSettings, slice: StreamSlice, options: ReadOptions) {
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope)
    this.#range = rangeOf(slice)
    this.#guard = new RejectionGuard({
      services: settings.context.services,
      object: settings.object,
      account: this.#account.id,
      denied: settings.denied,
      ask: ({ group, window }, names) => this.#ask(group, names, window),
    })
  }

  async *pages(): AsyncGenerator<Page> {
    this.#guard.assertAllowed()
    try {
      yield* this.#read()
    } catch (thrown) {
      // No other window can do better; the same error again is reported once.
      if (isForbidden(thrown)) this.#guard.deny(thrown)
      throw thrown
    }
  }

  async *#read(): AsyncGenerator<Page> {
    const { services } = this.#settings.context
    this.#settings.selection.report(services.report)
    const { windows, clampedTo } = windowsOf(this.#settings, this.#range)
    if (clampedTo !== undefined) services.report.finding(clamped(closedDay(clampedTo)))
    requireTask(this.#account, this.#settings.required_task)
    const groups = groupsOf(this.#settings)
    let found = 0
    for (const window of windows) {
      for (const group of groups) {
        for (const rows of (await this.#guard.answers({ group, window })).flat()) {
          found += rows.length
          yield { rows: this.#transformed(rows) }
        }
      }
    }
    if (found === 0 && groups.length > 0) await this.#diagnoseEmptyInsights(windows)
  }

  async #diagnoseEmptyInsights(windows: readonly Window[]): Promise<void> {
    const [first, last] = [windows[0], windows.at(-1)]
    if (!first || !last) return
    const window = { since: first.since, until: last.until }
    const { context, object, required_permission, user } = this.#settings
    const asked = { object, required_permission, user, services: context.services, signal: this.#options.signal }
    await diagnoseEmptyInsights({ ...asked, account: this.#account, window, days: daysOf(window) })
  }

  #transformed(rows: Row[]): Row[] {
    const { transformations } = this.#options.stages
    if (transformations.length === 0) return rows
    const scope = sliceScope(this.#slice)
    return rows.map((row) => transformations.reduce((current, step) => step.transform(current, scope), row))
  }

  /** One call, or several when the window turns out to be too wide for the API. */
  async #ask(group: MetricGroup, names: readonly string[], window: Window): Promise<Row[][]> {
    try {
      return [this.#rows(await this.#send(group, names, window), group)]
    } catch (thrown) {
      const parts = isTooWide(thrown) && (classifyRejection(thrown) !== 'size' || names.length === 1) ? halve(window) : undefined
      if (!parts) throw thrown
      return [...(await this.#ask(group, names, parts[0])), ...(await this.#ask(group, names, parts[1]))]
    }
  }

  async #send(group: MetricGroup, names: readonly string[], window: Window): Promise<unknown> {
    const { stream, signal } = this.#options
    const answer = await this.#settings.requester.send({
      scope: sliceScope(this.#slice),
      parts: { params: insightsParams(group, names, window) },
      accept: (response) => void dataOf(response.json()),
      stream,
      ...defined({ signal }),
    })
    return answer.response.json()
  }

  #rows(body: unknown, { period, breakdown }: MetricGroup): Row[] {
    const owner = { [this.#settings.account_field]: this.#account.id }
    return insightRows(body, { owner, period, breakdown, range: this.#range })
  }
}

/** The diagnostic about days before `day`, which the API refuses. */
export function clamped(day: string) {
  const message = `insights reach two years back: days before ${day} are left out`
  return { severity: 'warning' as const, error: new ConnectorError('ERR_HISTORY_CLAMPED', message, { failureType: 'config_error' }) }
}
