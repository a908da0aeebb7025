/** Formats that are recognised in texts, as bits: a text may have several, and a value of a stream keeps those that all its texts have. */
export const DATE_TIME = 1
export const DATE = 2
export const URI = 4

const names: Readonly<Record<string, number>> = { 'date-time': DATE_TIME, date: DATE, uri: URI }

/** The bit of a format of JSON Schema; 0 for one that is not recognised in texts. */
export const formatBit = (name: unknown): number => (typeof name === 'string' && Object.hasOwn(names, name) ? (names[name] ?? 0) : 0)

/** The name of the format that the bits stand for; undefined for none or several. */
export const formatName = (bits: number): string | undefined => Object.keys(names).find((name) => names[name] === bits)

/** All formats of a text. */
export function formatsOf(text: string): number {
  if (text.length < 8) return 0
  const first = text.charCodeAt(0)
  if (isDigit(first)) return isDate(text) ? DATE : isDateTime(text) ? DATE_TIME : 0
  return first === 104 && isUri(text) ? URI : 0
}

/** True when the text has every one of these formats. */
export function hasFormats(text: string, bits: number): boolean {
  switch (bits) {
    case 0:
      return true
    case DATE_TIME:
      return isDateTime(text)
    case DATE:
      return isDate(text)
    case URI:
      return isUri(text)
    default:
      return (formatsOf(text) & bits) === bits
  }
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const units = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : Number.NaN
}

const monthDays = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The first ten characters are a day of the calendar. Digits by hand: this runs for every text of every record. */
function startsWithDay(text: string): boolean {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1)) return false
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (monthDays[month] ?? 0) + (leap ? 1 : 0)
}

function isDate(text: string): boolean {
  return text.length === 10 && startsWithDay(text)
}

/** `YYYY-MM-DDTHH:MM:SS`, a fraction or none, then `Z`, `+HH:MM` or Graph's `+HHMM`. */
function isDateTime(text: string): boolean {
  if (text.length < 20 || text.charCodeAt(10) !== 84 || !startsWithDay(text)) return false
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return false
  if (!(twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60)) return false
  return isZone(text, afterFraction(text))
}

/** Where the zone begins; the length of the text, which is no zone, for a fraction without digits. */
function afterFraction(text: string): number {
  if (text.charCodeAt(19) !== 46) return 19
  let at = 20
  while (isDigit(text.charCodeAt(at))) at += 1
  return at === 20 ? text.length : at
}

function isZone(text: string, at: number): boolean {
  const sign = text.charCodeAt(at)
  if (sign === 90) return text.length === at + 1
  if (sign !== 43 && sign !== 45) return false
  const minutes = text.charCodeAt(at + 3) === 58 ? at + 4 : at + 3
  return text.length === minutes + 2 && twoDigits(text, at + 1) < 24 && twoDigits(text, minutes) < 60
}

/** http and https with a host; only characters that a URI may hold unescaped. */
const uri =
  /^https?:\/\/[\w.-]+(?::\d{1,5})?(?:[/?#](?:[\w.~!$&'()*+,;=:@/?-]|%[\dA-Fa-f]{2})*)?(?:#(?:[\w.~!$&'()*+,;=:@/?-]|%[\dA-Fa-f]{2})*)?$/

const isUri = (text: string): boolean => text.startsWith('http') && uri.test(text)
