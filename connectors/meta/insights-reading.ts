import type { Requester } from '../../framework/components/requesters/requester.ts'
import {
  type Page,
  type PlannedCall,
  type ReadOptions,
  type StreamSlice,
  sliceScope,
} from '../../framework/components/retrievers/retriever.ts'
import { ConnectorError } from '../../framework/errors.ts'
import type { BuildContext } from '../../framework/manifest/component.ts'
import type { Row } from '../../framework/protocol/messages.ts'
import { accountOf, type GraphAccount, requireTask } from './account.ts'
import { bisect } from './bisect.ts'
import { catalogue, type GraphObject } from './catalogue.ts'
import { dataOf, insightRows } from './insight-rows.ts'
import type { LazySelection } from './metric-fields.ts'
import { closedDay } from './pacific.ts'
import { halve, insightsParams, type MetricGroup, planGroups, planWindows, type Window, type WindowPlan } from './plan.ts'
import { isForbidden, isTooWide, judgeRefusal, refusedFinding } from './refusal.ts'
import { runState } from './run-state.ts'
import { explainSilence } from './silence.ts'

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

interface Range {
  readonly from: number
  readonly to: number
}

/** End times of the slice, epoch milliseconds. */
function rangeOf({ window }: StreamSlice): Range {
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

/** First and last day that a window counts. */
function daysOf({ since, until }: Window): string {
  return `${closedDay(since + 86_400_000)} – ${closedDay(until)}`
}

/** Reading one slice. */
export class InsightsReading {
  readonly #settings: InsightsSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: GraphAccount
  readonly #range: Range

  constructor(settings: InsightsSettings, slice: StreamSlice, options: ReadOptions) {
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope)
    this.#range = rangeOf(slice)
  }

  async *pages(): AsyncGenerator<Page> {
    const { denied } = this.#settings
    const known = denied.get(this.#account.id)
    if (known) throw known
    try {
      yield* this.#read()
    } catch (thrown) {
      // No other window can do better; the same error again is reported once.
      if (isForbidden(thrown)) denied.set(this.#account.id, thrown)
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
        for (const rows of await this.#answers(group, window)) {
          found += rows.length
          yield { rows: this.#transformed(rows) }
        }
      }
    }
    if (found === 0 && groups.length > 0) await this.#explainSilence(windows)
  }

  async #explainSilence(windows: readonly Window[]): Promise<void> {
    const [first, last] = [windows[0], windows.at(-1)]
    if (!first || !last) return
    const window = { since: first.since, until: last.until }
    const { context, object, required_permission, user } = this.#settings
    const asked = { object, required_permission, user, services: context.services, signal: this.#options.signal }
    await explainSilence({ ...asked, account: this.#account, window, days: daysOf(window) })
  }

  #transformed(rows: Row[]): Row[] {
    const { transformations } = this.#options.stages
    if (transformations.length === 0) return rows
    const scope = sliceScope(this.#slice)
    return rows.map((row) => transformations.reduce((current, step) => step.transform(current, scope), row))
  }

  /** Pages of rows of one group in one window, refused metrics left out. */
  async #answers(group: MetricGroup, window: Window): Promise<readonly Row[][]> {
    const names = this.#remaining(group)
    if (names.length === 0) return []
    try {
      return await this.#ask(group, names, window)
    } catch (failed) {
      if (judgeRefusal(failed) === undefined) throw this.#located(failed, names, window)
      const { quarantine } = runState(this.#settings.context.services.http)
      return await quarantine.exclusive(this.#settings.object, () => this.#search({ group, names, window, failed }))
    }
  }

  /** Finds out which metrics are to blame. What another search found meanwhile is not searched for again. */
  async #search(refused: { group: MetricGroup; names: readonly string[]; window: Window; failed: unknown }): Promise<readonly Row[][]> {
    const { group, window } = refused
    const names = this.#remaining(group)
    if (group.permission !== undefined && isForbidden(refused.failed)) {
      this.#leaveOut(names, group, { window, reason: refused.failed })
      return []
    }
    const known = names.length === refused.names.length ? { failed: refused.failed } : {}
    try {
      const result = await bisect({ names, ask: (asked) => this.#ask(group, asked, window), judge: judgeRefusal, ...known })
      for (const { name, error } of result.refused) this.#leaveOut([name], group, { window, reason: error })
      return result.answers.flat()
    } catch (thrown) {
      throw this.#located(thrown, names, window)
    }
  }

  #leaveOut(names: readonly string[], group: MetricGroup, { window, reason }: { window: Window; reason: unknown }): void {
    const { http, report } = this.#settings.context.services
    const asked = this.#asked(group)
    const news = names.filter((name) => runState(http).quarantine.add(name, asked, reason))
    if (news.length === 0) return
    report.finding(refusedFinding({ object: asked.object, account: asked.account, names: news, range: daysOf(window), reason }))
  }

  #remaining(group: MetricGroup): readonly string[] {
    return runState(this.#settings.context.services.http).quarantine.remaining(group.metrics, this.#asked(group))
  }

  #asked({ period, metricType = '', breakdown = '' }: MetricGroup) {
    return { object: this.#settings.object, way: `${period}/${metricType}/${breakdown}`, account: this.#account.id }
  }

  /** One call, or several when the window turns out to be too wide for the API. */
  async #ask(group: MetricGroup, names: readonly string[], window: Window): Promise<Row[][]> {
    try {
      return [this.#rows(await this.#send(group, names, window), group)]
    } catch (thrown) {
      const parts = isTooWide(thrown) && (judgeRefusal(thrown) !== 'size' || names.length === 1) ? halve(window) : undefined
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
      ...(signal ? { signal } : {}),
    })
    return answer.response.json()
  }

  #rows(body: unknown, { period, breakdown }: MetricGroup): Row[] {
    const owner = { [this.#settings.account_field]: this.#account.id }
    return insightRows(body, { owner, period, breakdown, range: this.#range })
  }

  /** Says which account, metrics and days an error of a call concerns. */
  #located(thrown: unknown, names: readonly string[], window: Window): unknown {
    if (!(thrown instanceof ConnectorError)) return thrown
    const account = { account_id: this.#account.id }
    thrown.context = { metric: names.join(','), date_range: daysOf(window), ...account, ...thrown.context }
    return thrown
  }
}

function clamped(day: string) {
  const message = `insights reach two years back: days before ${day} are left out`
  return { severity: 'warning' as const, error: new ConnectorError('ERR_HISTORY_CLAMPED', message, { failureType: 'config_error' }) }
}
