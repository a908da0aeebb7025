import type { ParentStates } from '../read/partition-router.ts'

interface Pending {
  /** Number of the first partition that came with these states. */
  readonly number: number
  readonly states: ParentStates
}

/**
 * How far the parents of a stream may be called read. Their state goes forward only when every partition that was handed
 * out up to that state is done; what was not done is found again by the next run.
 */
export class ParentProgress {
  readonly #pending: Pending[] = []
  /** Numbers of the partitions opened and not done, smallest first. */
  readonly #open = new Map<string, number>()
  #opened = 0
  #reached: ParentStates | undefined

  constructor(incoming: ParentStates | undefined) {
    this.#reached = incoming
  }

  get reached(): ParentStates | undefined {
    return this.#reached
  }

  opened(key: string, states: ParentStates | undefined): void {
    const number = this.#opened++
    this.#open.set(key, number)
    if (states && this.#pending.at(-1)?.states !== states) this.#pending.push({ number, states })
  }

  done(key: string): void {
    this.#open.delete(key)
    const [oldest = Number.POSITIVE_INFINITY] = this.#open.values()
    while (this.#pending[0] && this.#pending[0].number < oldest) this.#reached = this.#pending.shift()?.states
  }

  /** All partitions are done; `final` are the states after the last one. */
  finish(final: ParentStates | undefined): void {
    this.#reached = final ?? this.#pending.at(-1)?.states ?? this.#reached
    this.#pending.length = 0
  }
}
