import PQueue from 'p-queue'

/** Upper bound of what is under way at the same time, however many accounts wait. */
const MAX_AT_ONCE = 128

/** Bounds how much work runs at the same time. */
export interface Limiter {
  /** Resolves once fewer than so many wait. */
  onSizeLessThan(limit: number): Promise<void>
  add<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Bounds what is read at the same time. An account waiting for its rate limit does not occupy a slot. When it continues, nothing new
 * starts until the bound holds again.
 */
export class AccountLimiter {
  readonly #bound: number
  #room: number
  readonly #queues: readonly [readers: PQueue, slices: PQueue]
  readonly #running: readonly [readers: Map<string, number>, slices: Map<string, number>] = [new Map(), new Map()]
  readonly #waiting = new Map<string, number>()

  /** Begins with `start` at the same time and comes to `bound` by `widen`. */
  constructor(bound: number, start: number = bound) {
    this.#bound = bound
    this.#room = Math.min(start, bound)
    this.#queues = [new PQueue({ concurrency: this.#room }), new PQueue({ concurrency: this.#room })]
  }

  /** Something that was begun got on: twice as much may be under way. */
  widen(): void {
    if (this.#room === this.#bound) return
    this.#room = Math.min(this.#bound, 2 * this.#room)
    this.#adjust()
  }

  /** Limits whole streams; `account` is the one that waits. */
  readers(account: string): Limiter {
    return this.#limiter(0, account)
  }

  /** Limits slices. */
  slices(account: string): Limiter {
    return this.#limiter(1, account)
  }

  /** A request of the account starts to wait for its provider. */
  setWaiting(account: string): void {
    count(this.#waiting, account, 1)
    this.#adjust()
  }

  /** A request of the account no longer waits. */
  setReady(account: string): void {
    count(this.#waiting, account, -1)
    this.#adjust()
  }

  /** Everything that was begun is done. */
  async onIdle(): Promise<void> {
    await this.#queues[0].onIdle()
  }

  #limiter(kind: 0 | 1, account: string): Limiter {
    const queue = this.#queues[kind]
    const running = this.#running[kind]
    return {
      onSizeLessThan: (limit) => queue.onSizeLessThan(limit),
      add: (work) =>
        queue.add(async () => {
          count(running, account, 1)
          try {
            return await work()
          } finally {
            count(running, account, -1)
            this.widen()
            this.#adjust()
          }
        }),
    }
  }

  #adjust(): void {
    for (const [kind, queue] of this.#queues.entries()) {
      let outside = 0
      for (const account of this.#waiting.keys()) outside += this.#running[kind]?.get(account) ?? 0
      queue.concurrency = Math.min(MAX_AT_ONCE, this.#room + outside)
    }
  }
}

function count(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const value = (counts.get(key) ?? 0) + change
  if (value > 0) counts.set(key, value)
  else counts.delete(key)
}
