import { compareDatetimes, type DateTime } from '../../template/python/datetime.ts'
import type { CursorFormat } from './cursor-format.ts'
import { TextOrder } from './text-order.ts'

/** Says of cursor values whether they lie in `[low, high]`; texts of one layout are compared without reading them. */
export class ValueRange {
  readonly #format: CursorFormat
  readonly #low: DateTime
  readonly #high: DateTime | undefined
  #order: TextOrder | undefined
  #lowText = ''
  /** False when the layout cuts `low` off: its text then stands for an earlier time. */
  #lowIsExact = true
  #highText: string | undefined

  constructor(format: CursorFormat, low: DateTime, high: DateTime | undefined) {
    this.#format = format
    this.#low = low
    this.#high = high
  }

  /** Throws ConnectorError ERR_CURSOR_VALUE for a value that no format reads. */
  has(value: unknown): boolean {
    if (typeof value === 'string' && this.#order?.fits(value)) {
      if (this.#highText !== undefined && value > this.#highText) return false
      return this.#lowIsExact ? value >= this.#lowText : value > this.#lowText
    }
    const written = this.#format.readAsWritten(value)
    if (typeof value === 'string' && this.#format.textOrdered) this.#learn(value, written)
    return compareDatetimes(written, this.#low) >= 0 && (this.#high === undefined || compareDatetimes(written, this.#high) <= 0)
  }

  #learn(text: string, written: DateTime): void {
    this.#order = TextOrder.of(text, written)
    if (!this.#order) return
    this.#lowText = this.#order.write(this.#low)
    this.#lowIsExact = compareDatetimes(this.#format.readAsWritten(this.#lowText), this.#low) === 0
    this.#highText = this.#high && this.#order.write(this.#high)
  }
}
