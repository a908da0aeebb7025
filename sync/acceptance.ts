import type { Item, StreamState } from '../framework/index.ts'

/** What of one account came out of the pipeline: written, and its states committed. */
export interface Accepted {
  rows: number
  readonly states: Map<string, StreamState>
}

/** Tells for each account how much of it was written, by following the items that come out behind the destination. */
export class Acceptance {
  readonly #accounts = new Map<string, Accepted>()
  readonly #streams = new Map<string, string>()
  readonly #ends = new Map<Item, () => void>()
  readonly #waiting = new Set<(error: unknown) => void>()
  #failure: { readonly error: unknown } | undefined

  /** The stream belongs to the account. */
  expect(stream: string, account: string): void {
    this.#streams.set(stream, account)
  }

  of(account: string): Accepted {
    const known = this.#accounts.get(account) ?? { rows: 0, states: new Map() }
    this.#accounts.set(account, known)
    return known
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
      this.of(this.#accountOf(item.stream.name)).rows += item.rows.length
    } else if (item.message.type === 'STATE') {
      const { stream_descriptor, stream_state } = item.message.state.stream
      this.of(this.#accountOf(stream_descriptor.name)).states.set(stream_descriptor.name, stream_state)
    }
  }

  #accountOf(stream: string): string {
    return this.#streams.get(stream) ?? ''
  }
}
