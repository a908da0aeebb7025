/** Changes of states by stream: JSON text, or undefined for a stream that goes. */
export type StateChanges = ReadonlyMap<string, string | undefined>

/** Writes one after the other; commits that arrive while one is being written share the next write. */
export class CommitQueue {
  readonly #write: (changes: StateChanges) => Promise<void>
  #pending = new Map<string, string | undefined>()
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(write: (changes: StateChanges) => Promise<void>) {
    this.#write = write
  }

  /** Resolves when the changes are written; rejects for all commits that shared a failed write. */
  add(changes: Iterable<readonly [string, string | undefined]>): Promise<void> {
    for (const [name, text] of changes) this.#pending.set(name, text)
    this.#next ??= this.#last.then(() => this.#writePending())
    return this.#next
  }

  /** Resolves when nothing is being written, whatever came of it. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#last).catch(() => undefined)
  }

  #writePending(): Promise<void> {
    const changes = this.#pending
    this.#pending = new Map()
    this.#next = undefined
    const written = this.#write(changes)
    // The callers of add get the failure; the write after it starts afresh.
    this.#last = written.catch(() => undefined)
    return written
  }
}

/** States as the queue takes them. */
export function* stateTexts(streams: Readonly<Record<string, unknown>>): Generator<readonly [string, string]> {
  for (const [name, state] of Object.entries(streams)) yield [name, JSON.stringify(state)]
}
