import { ConnectorError } from '../../errors.ts'
import { compareDatetimes, type DateTime } from '../../template/python/datetime.ts'
import type { CursorFormat } from './cursor-format.ts'
import { TextOrder } from './text-order.ts'

export interface LatestValueOptions {
  readonly format: CursorFormat
  /** Later values are passed over; undefined: no limit. */
  readonly limit: DateTime | undefined
  /** A value that no format reads; it does not count. */
  readonly onUnreadable: (value: unknown) => void
}

/** The latest of the cursor values of one slice. Texts of one layout are compared as texts and read only at the end. */
export class LatestValue {
  readonly #options: LatestValueOptions
  #moment: DateTime | undefined
  /** The latest value as text while its layout is known. */
  #text = ''
  #order: TextOrder | undefined
  #limitText: string | undefined
  #seen = false

  constructor(options: LatestValueOptions) {
    this.#options = options
  }

  offer(value: unknown): void {
    if (typeof value !== 'string' || !this.#order?.fits(value)) this.#offerOther(value)
    else if (value > this.#text && (this.#limitText === undefined || value <= this.#limitText)) {
      this.#text = value
      this.#moment = undefined
    }
  }

  /** undefined when no readable value was offered. */
  get moment(): DateTime | undefined {
    if (this.#moment === undefined && this.#order !== undefined) this.#moment = this.#options.format.read(this.#text)
    return this.#moment
  }

  /** A readable value was offered, even one beyond the limit. */
  get seen(): boolean {
    return this.#seen
  }

  #offerOther(value: unknown): void {
    const written = this.#read(value)
    if (written === undefined) return
    this.#seen = true
    const { format, limit } = this.#options
    if (limit !== undefined && compareDatetimes(written, limit) > 0) return
    const known = this.moment
    if (known !== undefined && compareDatetimes(written, known) <= 0) return
    this.#moment = format.inUtc(written)
    this.#order = format.textOrdered && typeof value === 'string' ? TextOrder.of(value, written) : undefined
    this.#text = typeof value === 'string' ? value : ''
    this.#limitText = limit && this.#order?.write(limit)
  }

  #read(value: unknown): DateTime | undefined {
    if (value === undefined || value === null) {
      this.#options.onUnreadable(value)
      return undefined
    }
    try {
      return this.#options.format.readAsWritten(value)
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) throw thrown
      this.#options.onUnreadable(value)
      return undefined
    }
  }
}
