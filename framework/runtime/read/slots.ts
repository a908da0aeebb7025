import PQueue from 'p-queue'

/** However many accounts wait, no more than this is under way at the same time. */
const MAX_AT_ONCE = 128

/** Where work waits for its turn. */
export interface Turns {
  /** Resolves once fewer than so many wait. */
  onSizeLessThan(limit: number): Promise<void>
  add<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Bounds what is read at the same time. An account that waits for its provider to let it in again does not count: whoever stands in
 * front of a closed door leaves the room to the others. When it goes on, nothing new begins until the bound holds again.
 */
export class Slots {
  readonly #bound: number
  readonly #queues: readonly [readers: PQueue, slices: PQueue]
  readonly #running: readonly [readers: Map<string, number>, slices: Map<string, number>] = [new Map(), new Map()]
  readonly #waiting = new Map<string, number>()

  constructor(bound: number) {
    this.#bound = bound
    this.#queues = [new PQueue({ concurrency: bound }), new PQueue({ concurrency: bound })]
  }

  /** Turns of whole streams; `account` is whoever a wait concerns. */
  readers(account: string): Turns {
    return this.#turns(0, account)
  }

  /** Turns of slices. */
  slices(account: string): Turns {
    return this.#turns(1, account)
  }

  /** A request of the account begins or ends to wait for its provider. */
  waits(account: string, isWaiting: boolean): void {
    count(this.#waiting, account, isWaiting ? 1 : -1)
    this.#adjust()
  }

  /** Everything that was begun is done. */
  async onIdle(): Promise<void> {
    await this.#queues[0].onIdle()
  }

  #turns(kind: 0 | 1, account: string): Turns {
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
            this.#adjust()
          }
        }),
    }
  }

  #adjust(): void {
    for (const [kind, queue] of this.#queues.entries()) {
      let outside = 0
      for (const account of this.#waiting.keys()) outside += this.#running[kind]?.get(account) ?? 0
      queue.concurrency = Math.min(MAX_AT_ONCE, this.#bound + outside)
    }
  }
}

function count(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const value = (counts.get(key) ?? 0) + change
  if (value > 0) counts.set(key, value)
  else counts.delete(key)
}
