import { ConnectorError } from '../../../framework/errors.ts'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { runState } from '../graph/run-state.ts'
import { type BisectionResult, bisect } from './bisect.ts'
import type { GraphObject } from './catalogue.ts'
import { closedDay } from './pacific.ts'
import type { MetricGroup, Window } from './plan.ts'
import { classifyRejection, isForbidden, rejectionDiagnostic } from './rejection.ts'

/** A group of metrics in a window; values without a window are asked for as they are now. */
export interface GroupCall {
  readonly group: MetricGroup
  readonly window: Window | undefined
}

export interface RejectionGuardOptions<Call, T> {
  readonly services: Services
  readonly object: GraphObject
  readonly account: string
  /** Accounts whose insights are refused as a whole during this run, with the reason. */
  readonly denied: Map<string, ConnectorError>
  /** Makes the call with these metrics of the group. */
  readonly ask: (call: Call, names: readonly string[]) => Promise<T>
}

/** First and last day that a window counts. */
export function daysOf({ since, until }: Window): string {
  return `${closedDay(since + DAY_MS)} – ${closedDay(until)}`
}

/** Makes calls about an account, and leaves out what is refused: the offending metric is looked for, reported once and not asked for again. */
export class RejectionGuard<Call extends GroupCall, T> {
  readonly #options: RejectionGuardOptions<Call, T>

  constructor(options: RejectionGuardOptions<Call, T>) {
    this.#options = options
  }

  /** What the call came to: one answer, several when it had to be taken apart, none when every metric of it is refused. */
  async answers(call: Call): Promise<readonly T[]> {
    const { services, object, ask } = this.#options
    for (;;) {
      const names = this.#remaining(call.group)
      if (names.length === 0) return []
      try {
        return [await ask(call, names)]
      } catch (failed) {
        if (classifyRejection(failed) === undefined) throw this.#located(failed, names, call)
        const found = await runState(services).quarantine.exclusive(object, () => this.#search({ call, names, failed }))
        if (found) return found
      }
    }
  }

  /** Throws when the account as a whole is known to be refused: no call can do better. */
  assertAllowed(): void {
    const known = this.#options.denied.get(this.#options.account)
    if (known) throw known
  }

  /** Notes that everything about the account is refused. */
  deny(reason: ConnectorError): void {
    this.#options.denied.set(this.#options.account, reason)
  }

  /** Finds out which metrics are to blame. undefined when another search has found some meanwhile: the rest is asked for again. */
  async #search(refused: { call: Call; names: readonly string[]; failed: unknown }): Promise<readonly T[] | undefined> {
    const { call, names, failed } = refused
    this.assertAllowed()
    if (this.#remaining(call.group).length < names.length) return undefined
    if (call.group.permission !== undefined && isForbidden(failed)) {
      this.#leaveOut(names, call, failed)
      return []
    }
    const result = await this.#bisect(call, names, failed)
    for (const { name, error } of result.refused) this.#leaveOut([name], call, error)
    return result.answers
  }

  async #bisect(call: Call, names: readonly string[], failed: unknown): Promise<BisectionResult<T>> {
    try {
      return await bisect({ names, ask: (asked) => this.#options.ask(call, asked), judge: classifyRejection, failed })
    } catch (thrown) {
      const error = this.#located(thrown, names, call)
      if (isForbidden(error)) this.deny(error)
      throw error
    }
  }

  #leaveOut(names: readonly string[], { group, window }: GroupCall, reason: unknown): void {
    const { services } = this.#options
    const asked = this.#asked(group)
    const news = names.filter((name) => runState(services).quarantine.add(name, asked, reason))
    if (news.length === 0) return
    const range = window && daysOf(window)
    const { error } = rejectionDiagnostic({ object: asked.object, account: asked.account, names: news, range, reason })
    services.report.finding({ severity: group.unreliable ? 'warning' : 'error', error })
  }

  #remaining(group: MetricGroup): readonly string[] {
    return runState(this.#options.services).quarantine.remaining(group.metrics, this.#asked(group))
  }

  #asked({ period, metricType = '', breakdown = '' }: MetricGroup) {
    const { object, account } = this.#options
    return { object, way: `${period}/${metricType}/${breakdown}`, account }
  }

  /** Says which account, metrics and days an error of a call concerns. */
  #located(thrown: unknown, names: readonly string[], { window }: GroupCall): unknown {
    if (!(thrown instanceof ConnectorError)) return thrown
    const place = { account_id: this.#options.account, ...(window ? { date_range: daysOf(window) } : {}) }
    thrown.context = { metric: names.join(','), ...place, ...thrown.context }
    return thrown
  }
}
