import type { Requester } from '../../../framework/components/read/requester.ts'
import {
  type Page,
  type PlannedCall,
  type ReadOptions,
  type StreamSlice,
  sliceScope,
} from '../../../framework/components/read/retriever.ts'
import { defined } from '../../../framework/defined.ts'
import type { ConnectorError } from '../../../framework/errors.ts'
import type { BuildContext } from '../../../framework/manifest/definition/component.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { accountOf, type GraphAccount } from '../graph/account.ts'
import { catalogue, type GraphObject, type Metric } from '../metrics/catalogue.ts'
import type { LazySelection } from '../metrics/metric-fields.ts'
import { closedDay } from '../metrics/pacific.ts'
import { insightsParams, type MetricGroup, planGroups, type Window } from '../metrics/plan.ts'
import { isForbidden } from '../metrics/rejection.ts'
import { RejectionGuard } from '../metrics/rejection-guard.ts'
import { type GroupPlan, planGroup } from './account-insights-plan.ts'
import { dataOf, insightRows, utcText } from './insight-rows.ts'
import { clamped, rangeOf } from './insights-reading.ts'
import { reportSmallAccount } from './small-account.ts'
import { totalRows } from './total-rows.ts'

/** The built fields of the retriever. */
export interface AccountInsightsSettings {
  readonly requester: Requester
  readonly object: GraphObject
  readonly period: string
  readonly breakdown: string | undefined
  readonly account_field: string
  readonly selection: LazySelection
  readonly context: BuildContext
  /** Accounts whose insights are refused as a whole during this run, with the reason. */
  readonly denied: Map<string, ConnectorError>
}

interface DatedCall {
  readonly group: MetricGroup
  readonly window: Window
}

/** Days that have to be empty before older ones, which the API need not keep, are taken to be empty as well. */
const PROBED_DAYS = 3
/** Of a requester without batches. */
const SINGLE_CALLS_AT_ONCE = 4

/** Metrics that the account is too small for are not asked for. */
function metricsFor({ selection }: AccountInsightsSettings, { audience }: GraphAccount): { asked: readonly Metric[]; small: boolean } {
  const metrics = selection.metrics()
  const asked = metrics.filter(({ min_followers: least }) => least === undefined || audience === undefined || audience >= least)
  return { asked, small: asked.length < metrics.length }
}

function plansOf(settings: AccountInsightsSettings, slice: StreamSlice): readonly GroupPlan[] {
  const { period, breakdown, object, context } = settings
  const { asked } = metricsFor(settings, accountOf(slice.partition.scope))
  // Only totals can be broken down; where a metric has a series, that takes fewer calls.
  const metricType = breakdown === undefined ? 'time_series' : 'total_value'
  const groups = planGroups(asked, { period, breakdown, metricType })
  const frame = { limits: catalogue().limits[object] ?? {}, now: context.services.clock.now() }
  return groups.map((group) => planGroup(group, rangeOf(slice), frame))
}

/** Calls that reading a slice takes when nothing is refused. */
export function* plannedAccountCalls(settings: AccountInsightsSettings, slice: StreamSlice): Iterable<PlannedCall> {
  for (const { group, windows } of plansOf(settings, slice)) {
    const [window] = windows
    if (!window) continue
    const params = insightsParams(group, group.metrics, window)
    yield { method: 'GET', url: settings.requester.url({ scope: sliceScope(slice), parts: { params } }), times: windows.length }
  }
}

/** Reading one slice, oldest days first: as many calls at once as share a request, and further ones once the rows of those are kept. */
export class AccountInsightsReading {
  readonly #settings: AccountInsightsSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: GraphAccount
  readonly #guard: RejectionGuard<DatedCall, unknown>

  constructor(settings: AccountInsightsSettings, slice: StreamSlice, options: ReadOptions) {
    const { object, denied, context } = settings
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope)
    const ask = (call: DatedCall, names: readonly string[]) => this.#send(call, names)
    this.#guard = new RejectionGuard({ services: context.services, object, account: this.#account.id, denied, ask })
  }

  async *pages(): AsyncGenerator<Page> {
    this.#guard.assertAllowed()
    const plans = plansOf(this.#settings, this.#slice)
    this.#report(plans)
    try {
      yield* this.#read(plans)
    } catch (thrown) {
      if (isForbidden(thrown)) this.#guard.deny(thrown)
      throw thrown
    }
  }

  #report(plans: readonly GroupPlan[]): void {
    const { selection, context } = this.#settings
    const { report } = context.services
    selection.report(report)
    const oldest = plans.find(({ clampedTo }) => clampedTo !== undefined)?.clampedTo
    if (oldest !== undefined) report.finding(clamped(closedDay(oldest)))
    if (metricsFor(this.#settings, this.#account).small) reportSmallAccount(context.services, this.#account)
  }

  async *#read(plans: readonly GroupPlan[]): AsyncGenerator<Page> {
    const { rows, calls } = await this.#probe(plans)
    if (rows.length > 0) yield { rows: this.#transformed(rows) }
    let left = calls.toSorted((one, other) => one.window.since - other.window.since)
    for (const size of this.#sizes(left.length)) {
      const answers = await Promise.all(left.slice(0, size).map((call) => this.#answer(call)))
      left = left.slice(size)
      // Windows begin at midnights: all days that closed by then are asked for.
      const reached = left[0]?.window.since
      const checkpoint = reached === undefined ? {} : { checkpoint: { to: utcText(reached + 1_000) } }
      yield { rows: this.#transformed(answers.flat()), ...checkpoint }
    }
  }

  /** Equal parts that fit into a request; without batches one call first, so that even a run that is cut off early gets on. */
  *#sizes(calls: number): Generator<number> {
    const { together } = this.#settings.requester
    const most = Math.max(together, SINGLE_CALLS_AT_ONCE)
    const first = together === 1 ? Math.min(1, calls) : 0
    if (first > 0) yield first
    const size = Math.ceil((calls - first) / Math.ceil((calls - first) / most))
    for (let asked = first; asked < calls; asked += size) yield Math.min(size, calls - asked)
  }

  /** Where a whole range may be older than what is kept, the newest days tell: the others are asked for unless those are empty. */
  async #probe(plans: readonly GroupPlan[]): Promise<{ rows: Row[]; calls: DatedCall[] }> {
    const { limits } = catalogue()
    const kept = (limits[this.#settings.object]?.kept_days ?? Number.POSITIVE_INFINITY) * DAY_MS
    const oldest = this.#settings.context.services.clock.now() - kept
    const found = await Promise.all(
      plans.map(async ({ group, windows }) => {
        const mayBeGone = (windows[0]?.until ?? 0) < oldest
        const calls = windows.map((window) => ({ group, window }))
        if (!mayBeGone) return { rows: [], calls }
        const probes = calls.slice(0, PROBED_DAYS)
        const answers = await Promise.all(probes.map(async (call) => ({ call, bodies: await this.#guard.answers(call) })))
        const isGone = answers.every(({ bodies }) => bodies.every((body) => dataOf(body).length === 0))
        const rows = answers.flatMap(({ call, bodies }) => bodies.flatMap((body) => this.#rows(body, call)))
        return { rows, calls: isGone ? [] : calls.slice(PROBED_DAYS) }
      }),
    )
    return { rows: found.flatMap(({ rows }) => rows), calls: found.flatMap(({ calls }) => calls) }
  }

  async #answer(call: DatedCall): Promise<Row[]> {
    return (await this.#guard.answers(call)).flatMap((body) => this.#rows(body, call))
  }

  async #send({ group, window }: DatedCall, names: readonly string[]): Promise<unknown> {
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

  #rows(body: unknown, { group, window }: DatedCall): Row[] {
    const owner = { [this.#settings.account_field]: this.#account.id }
    const { period, breakdown } = group
    if (group.metricType === 'total_value') {
      return totalRows(body, { owner, period, breakdown, endTime: utcText(window.until), day: closedDay(window.until) })
    }
    // Both ends belong to a window, so its first row is the last one of the window before. Some accounts have rows of days to come.
    const rows = insightRows(body, { owner, period, range: { from: window.since + 1, to: window.until } })
    return rows.filter(({ value_map: map }) => !isObject(map) || Object.keys(map).length > 0)
  }

  #transformed(rows: Row[]): Row[] {
    const { transformations } = this.#options.stages
    if (transformations.length === 0) return rows
    const scope = sliceScope(this.#slice)
    return rows.map((row) => transformations.reduce((current, step) => step.transform(current, scope), row))
  }
}
