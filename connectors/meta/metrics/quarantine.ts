import { ConnectorError } from '../../../framework/errors.ts'

/** Refusals of the name itself: they hold for every account and every way of asking. */
const OF_THE_NAME = new Set(['ERR_METRIC_REFUSED'])
/** Refusals of the name together with the way of asking (period, type, breakdown): they hold for every account. */
const OF_THE_WAY = new Set(['ERR_PERIOD_REFUSED'])
/** Refusals that only the object asked knows the reason of: they hold for this object. */
const OF_THE_OBJECT = new Set([
  'ERR_METRIC_UNSUPPORTED',
  'ERR_NOT_FOUND',
  'ERR_PARAMETER',
  'ERR_MEDIA_BEFORE_CONVERSION',
  'ERR_TOO_FEW_VIEWERS',
])

/** Who was asked, and how. */
export interface Asked {
  /** Kind of object: a name means something else on a Page than on a post. */
  readonly object: string
  /** Period, type and breakdown. */
  readonly way: string
  readonly account: string
  /** The post or media; the account itself when absent. */
  readonly item?: string
}

/** Metrics refused during this run; nobody asks for them again. */
export class Quarantine {
  readonly #refused = new Set<string>()
  readonly #queues = new Map<string, Promise<unknown>>()

  /** Names still worth asking for. Gives `names` itself when nothing is refused. */
  remaining(names: readonly string[], asked: Asked): readonly string[] {
    if (this.#refused.size === 0) return names
    const { object, way, account, item = account } = asked
    const isRefused = (name: string) =>
      [key(object, name), key(object, name, way), key(object, name, way, account), key(object, name, way, item)].some((entry) =>
        this.#refused.has(entry),
      )
    const left = names.filter((name) => !isRefused(name))
    return left.length === names.length ? names : left
  }

  /** Remembers a refusal as widely as its reason reaches; every other reason (a right) holds for the account. True when it was news. */
  add(name: string, asked: Asked, error: unknown): boolean {
    const { object, way, account, item = account } = asked
    const code = error instanceof ConnectorError ? error.code : ''
    const entry = OF_THE_NAME.has(code)
      ? key(object, name)
      : OF_THE_WAY.has(code)
        ? key(object, name, way)
        : key(object, name, way, OF_THE_OBJECT.has(code) ? item : account)
    if (this.#refused.has(entry)) return false
    this.#refused.add(entry)
    return true
  }

  /** Runs searches for offending metrics one after another: the next one profits from what the last one found. */
  async exclusive<T>(object: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(object) ?? Promise.resolve()
    const own = before.then(work, work)
    const settled = own.then(
      () => undefined,
      () => undefined,
    )
    this.#queues.set(object, settled)
    try {
      return await own
    } finally {
      if (this.#queues.get(object) === settled) this.#queues.delete(object)
    }
  }
}

function key(...parts: readonly string[]): string {
  return parts.join('|')
}
