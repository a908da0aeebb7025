import { stateText } from '../framework/index.ts'

/** Changes of states by stream: JSON text, or undefined for a stream that goes. */
export type StateChanges = ReadonlyMap<string, string | undefined>

interface Change {
  readonly text: string | undefined
  readonly position: number | undefined
}

/**
 * The order of the writes of one lease. They follow each other; commits that arrive while one is being written share the next write.
 * A state never goes back: one whose position is not beyond that of the last state written of its stream is dropped, because what it
 * stands for is part of the newer one. A change without a position (an import, a reset) is always written.
 */
export class CommitQueue {
  readonly #write: (changes: StateChanges) => Promise<void>
  /** Of the newest state of each stream that is known to be written. */
  readonly #written = new Map<string, number>()
  /** Texts that `join` stored without a position: all that tells that a commit of the same state is done already. */
  readonly #joined = new Map<string, string | undefined>()
  #pending = new Map<string, Change>()
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(write: (changes: StateChanges) => Promise<void>) {
    this.#write = write
  }

  /** Resolves when the changes, or newer ones, are written; rejects for all commits that shared a failed write. */
  add(changes: Iterable<readonly [string, string | undefined]>, position?: number): Promise<void> {
    for (const [name, text] of changes) {
      const waiting = this.#pending.get(name)?.position
      if (position === undefined || waiting === undefined || waiting < position) this.#pending.set(name, { text, position })
    }
    this.#next ??= this.#inTurn(() => this.#writePending())
    return this.#next
  }

  /** A write that somebody else makes, in its turn: `work` gets the changes that are still to be made. */
  join<T>(changes: StateChanges, position: number | undefined, work: (fresh: StateChanges) => Promise<T>): Promise<T> {
    const own = new Map(Array.from(changes, ([name, text]) => [name, { text, position }] as const))
    return this.#inTurn(async () => {
      const result = await this.#unlessOlder(own, work)
      if (position === undefined) for (const [name, text] of changes) this.#joined.set(name, text)
      return result
    })
  }

  /** Resolves when nothing is being written, whatever came of it. */
  async settled(): Promise<void> {
    await this.#last
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    // The caller gets the failure; the write after it starts afresh.
    this.#last = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  #writePending(): Promise<void> {
    const changes = this.#pending
    this.#pending = new Map()
    this.#next = undefined
    return this.#unlessOlder(changes, async (fresh) => {
      if (fresh.size > 0) await this.#write(fresh)
    })
  }

  async #unlessOlder<T>(changes: ReadonlyMap<string, Change>, write: (fresh: StateChanges) => Promise<T>): Promise<T> {
    const fresh = [...changes].filter(([name, change]) => this.#isNewer(name, change))
    const result = await write(new Map(fresh.map(([name, { text }]) => [name, text])))
    for (const [name, { position }] of fresh) if (position !== undefined) this.#written.set(name, position)
    return result
  }

  #isNewer(name: string, { text, position }: Change): boolean {
    if (position === undefined) return !this.#joined.has(name) || this.#joined.get(name) !== text
    return position > (this.#written.get(name) ?? -1)
  }
}

/** States as the queue takes them. */
export function* stateTexts(streams: Readonly<Record<string, unknown>>): Generator<readonly [string, string]> {
  for (const [name, state] of Object.entries(streams)) yield [name, stateText(state)]
}
