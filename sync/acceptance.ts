import type { ConnectorError, Item, PageItem } from '../framework/index.ts'

interface Expected {
  readonly account: string
  readonly reject: (error: ConnectorError) => void
  /** Rows that came since its last state. */
  pending: number
  isRejected: boolean
}

/** Tells for each account how much of it was written, by following the items that come out behind the destination. */
export class Acceptance {
  readonly #rows = new Map<string, number>()
  readonly #streams = new Map<string, Expected>()
  readonly #ends = new Map<Item, () => void>()
  readonly #waiting = new Set<(error: unknown) => void>()
  #failure: { readonly error: unknown } | undefined

  /** The stream belongs to the account; `reject` is called when the destination cannot write its rows. */
  expect(stream: string, account: string, reject: (error: ConnectorError) => void): void {
    this.#streams.set(stream, { account, reject, pending: 0, isRejected: false })
  }

  /** The destination cannot write the rows of the stream: none after its last state counts as written. */
  reject(stream: string, error: ConnectorError): void {
    const expected = this.#streams.get(stream)
    if (!expected) return
    this.#add(expected.account, -expected.pending)
    expected.isRejected = true
    expected.reject(error)
  }

  /** Rows of the account that came out of the pipeline: written. */
  rowsOf(account: string): number {
    return this.#rows.get(account) ?? 0
  }

  /** Resolves once `end`, the last item of an account, came out; rejects with what broke the pipeline. */
  until(end: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure.error)
        return
      }
      this.#waiting.add(reject)
      this.#ends.set(end, () => {
        this.#waiting.delete(reject)
        resolve()
      })
    })
  }

  /** True when the pipeline broke: nothing more is written. */
  get isBroken(): boolean {
    return this.#failure !== undefined
  }

  /** Follows the pipeline to its end. Throws what broke it. */
  async follow(items: AsyncIterable<Item>): Promise<void> {
    try {
      for await (const item of items) this.#observe(item)
    } catch (error) {
      this.#failure = { error }
      for (const reject of this.#waiting) reject(error)
      throw error
    }
  }

  #observe(item: Item): void {
    const end = this.#ends.get(item)
    if (end) {
      this.#ends.delete(item)
      end()
    } else if (item.type === 'page') {
      this.#observePage(item)
    } else if (item.message.type === 'STATE') {
      const expected = this.#streams.get(item.message.state.stream.stream_descriptor.name)
      if (expected) expected.pending = 0
    }
  }

  #observePage({ stream, rows }: PageItem): void {
    const expected = this.#streams.get(stream.name)
    if (expected?.isRejected) return
    this.#add(expected?.account ?? '', rows.length)
    if (expected) expected.pending += rows.length
  }

  #add(account: string, rows: number): void {
    this.#rows.set(account, this.rowsOf(account) + rows)
  }
}
