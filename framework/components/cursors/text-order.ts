import { daysInMonth } from '../../template/datetime/calendar.ts'
import type { DateTime } from '../../template/python/datetime.ts'
import { DAY_MS } from '../../time.ts'

const layoutPattern = /^\d{4}-\d\d-\d\d(?:([T ])\d\d:\d\d(:\d\d(?:\.\d{1,6})?)?)?(Z|[+-]\d\d:?\d\d)?$/

/**
 * A layout of ISO dates (which fields, which separator, which offset) in which the order of texts is the order in time.
 * Comparing texts costs a tenth of reading them.
 */
export class TextOrder {
  readonly #length: number
  /** Characters before the offset. */
  readonly #body: number
  /** Code of the character between date and time. */
  readonly #separator: number
  readonly #tail: string
  readonly #offset: number

  private constructor(text: string, match: RegExpExecArray, moment: DateTime) {
    this.#tail = match[3] ?? ''
    this.#length = text.length
    this.#body = text.length - this.#tail.length
    this.#separator = (match[1] ?? 'T').charCodeAt(0)
    this.#offset = moment.offset ?? 0
  }

  /** The layout of `text`, which was read as `moment`; undefined when the text is of another kind. */
  static of(text: string, moment: DateTime): TextOrder | undefined {
    const match = layoutPattern.exec(text)
    const order = match ? new TextOrder(text, match, moment) : undefined
    return order?.write(moment) === text ? order : undefined
  }

  /** `moment` in this layout, cut off after its last field. */
  write(moment: DateTime): string {
    const { days, clock, micro } = moment.atOffset(this.#offset)
    const iso = new Date(days * DAY_MS + (clock.hour * 3600 + clock.minute * 60 + clock.second) * 1000).toISOString()
    const separator = String.fromCharCode(this.#separator)
    const full = `${iso.slice(0, 10)}${separator}${iso.slice(11, 19)}.${String(micro).padStart(6, '0')}`
    return full.slice(0, this.#body) + this.#tail
  }

  /** True when `text` has this layout and is a date that exists. Runs for every record: no regular expression, no allocation. */
  fits(text: string): boolean {
    if (text.length !== this.#length || !this.#hasTail(text) || !isDate(text)) return false
    const body = this.#body
    if (body === 10) return true
    if (text.charCodeAt(10) !== this.#separator || text.charCodeAt(13) !== colon || two(text, 11) > 23 || two(text, 14) > 59) return false
    if (body === 16) return true
    if (text.charCodeAt(16) !== colon || two(text, 17) > 59) return false
    return body === 19 || (text.charCodeAt(19) === dot && areDigits(text, 20, body))
  }

  #hasTail(text: string): boolean {
    const tail = this.#tail
    const body = this.#body
    for (let index = 0; index < tail.length; index++) {
      if (text.charCodeAt(body + index) !== tail.charCodeAt(index)) return false
    }
    return true
  }
}

const dash = 45
const dot = 46
const zero = 48
const colon = 58
/** More than any field of two digits may hold. */
const noNumber = 100

function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero
  const ones = text.charCodeAt(at + 1) - zero
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : noNumber
}

function areDigits(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit < 0 || digit > 9) return false
  }
  return true
}

function isDate(text: string): boolean {
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash) return false
  const century = two(text, 0)
  const years = two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  if (century === noNumber || years === noNumber || century + years === 0 || month < 1 || month > 12 || day < 1) return false
  return day <= 28 || day <= daysInMonth(century * 100 + years, month)
}
