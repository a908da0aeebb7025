/** Pages kept for a reader that is expected but has not begun. Beyond that it has missed them, and reads on its own. */
const KEPT_FOR_LATECOMERS = 110

interface Reader<T> {
  readonly pages: T[]
  active: boolean
  /** Has had every page so far, and everything it made of them is kept. */
  isWaiting: boolean
}

/**
 * Pages of one source for several readers, each page asked for once. Readers at work go in step: the next page is asked for when all of
 * them want it, so that after a kill none is further than one page behind. Nobody ever waits for a reader that has not begun, so there
 * is no deadlock however few of them are let run. What waits is bounded.
 */
export class SharedPages<T, K extends string> {
  readonly #source: AsyncIterator<T, void>
  readonly #readers: Map<K, Reader<T>>
  #advancing: Promise<void> | undefined
  #room: (() => void)[] = []
  #done = false
  #failure: { readonly error: unknown } | undefined

  /** `expected` readers may come later; the others are not kept pages for. */
  constructor(source: AsyncIterator<T, void>, expected: Iterable<K>) {
    this.#source = source
    this.#readers = new Map([...expected].map((kind) => [kind, { pages: [], active: false, isWaiting: false }]))
  }

  /** Whether a reader that begins now gets all pages. */
  offers(kind: K): boolean {
    return this.#readers.get(kind)?.active === false
  }

  /** All readers have had everything, or will not come. */
  get isOver(): boolean {
    return this.#readers.size === 0
  }

  /** Pages kept for readers that have not begun. */
  get kept(): number {
    let pages = 0
    for (const reader of this.#readers.values()) if (!reader.active) pages += reader.pages.length
    return pages
  }

  /** Whoever has not begun has to read on its own. */
  forgetLatecomers(): void {
    for (const [kind, { active }] of this.#readers) if (!active) this.#readers.delete(kind)
  }

  /** Only this reader will come. */
  forgetOthers(kind: K): void {
    for (const other of this.#readers.keys()) if (other !== kind) this.#readers.delete(other)
  }

  /** All pages. To be begun at once, and read once per kind; throws what the source throws. */
  async *read(kind: K): AsyncGenerator<T> {
    const reader = this.#readers.get(kind)
    if (!reader || reader.active) throw new TypeError(`the pages for ${kind} are taken already`)
    reader.active = true
    try {
      for (;;) {
        const page = reader.pages.shift()
        if (page !== undefined) {
          reader.isWaiting = false
          yield page
        } else if (this.#failure) throw this.#failure.error
        else if (this.#done) return
        else {
          reader.isWaiting = true
          this.#wake()
          await this.#advance(reader)
        }
      }
    } finally {
      this.#readers.delete(kind)
      this.#wake()
      if (this.#readers.size === 0 && !this.#done) await this.#source.return?.()
    }
  }

  /** The next page, asked for by whoever runs dry first. */
  async #advance(reader: Reader<T>): Promise<void> {
    if (this.#advancing !== undefined) return this.#advancing
    this.#advancing = this.#next(reader)
    try {
      await this.#advancing
    } finally {
      this.#advancing = undefined
    }
  }

  async #next(reader: Reader<T>): Promise<void> {
    const isBusy = (other: Reader<T>) => other !== reader && other.active && !other.isWaiting
    while ([...this.#readers.values()].some(isBusy)) await new Promise<void>((resolve) => this.#room.push(resolve))
    try {
      const { done, value } = await this.#source.next()
      if (done) this.#done = true
      else this.#handOut(value)
    } catch (error) {
      this.#failure = { error }
    }
  }

  #handOut(page: T): void {
    for (const [kind, reader] of this.#readers) {
      reader.pages.push(page)
      if (!reader.active && reader.pages.length > KEPT_FOR_LATECOMERS) this.#readers.delete(kind)
    }
  }

  #wake(): void {
    const waiting = this.#room
    this.#room = []
    for (const resolve of waiting) resolve()
  }
}
