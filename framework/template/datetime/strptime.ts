import { valueError } from '../failure.ts'
import { daysFromCivil, daysFromIsoWeek, daysInMonth, secondsPerDay, weekdayOf } from './calendar.ts'
import { DateTime } from './datetime-value.ts'

/** From Monday, as Python numbers them. The C locale, whatever the machine speaks. */
export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
/** From January. */
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Longest first, so that a name never hides a longer one. */
const oneOf = (names: string[]): string => [...names].sort((a, b) => b.length - a.length).join('|')
const short = (names: string[]): string[] => names.map((name) => name.slice(0, 3))

/** What each directive matches, as CPython's `_strptime` has it for the C locale. */
const directives: Readonly<Record<string, string>> = {
  a: oneOf(short(weekdayNames)),
  A: oneOf(weekdayNames),
  b: oneOf(short(monthNames)),
  B: oneOf(monthNames),
  d: '3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]',
  f: '[0-9]{1,6}',
  G: '\\d\\d\\d\\d',
  H: '2[0-3]|[0-1]\\d|\\d',
  I: '1[0-2]|0[1-9]|[1-9]',
  j: '36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]',
  m: '1[0-2]|0[1-9]|[1-9]',
  M: '[0-5]\\d|\\d',
  p: 'am|pm',
  S: '6[0-1]|[0-5]\\d|\\d',
  u: '[1-7]',
  U: '5[0-3]|[0-4]\\d|\\d',
  V: '5[0-3]|0[1-9]|[1-4]\\d|\\d',
  w: '[0-6]',
  W: '5[0-3]|[0-4]\\d|\\d',
  y: '\\d\\d',
  Y: '\\d\\d\\d\\d',
  z: '[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z',
  Z: 'utc|gmt',
}
const composed: Readonly<Record<string, string>> = { c: '%a %b %d %H:%M:%S %Y', x: '%m/%d/%y', X: '%H:%M:%S' }

/** Text matched by each directive of the format. */
type Fields = Partial<Record<string, string>>

interface Scanner {
  readonly pattern: RegExp
  readonly letters: readonly string[]
}

function compileScanner(format: string): Scanner {
  const expanded = format.replace(/%([cxX])/g, (_, letter: string) => composed[letter] ?? '')
  const letters: string[] = []
  const source = expanded.replace(/%(.?)|\s+|[\\.^$*+?(){}[\]|]/gs, (token, letter: string | undefined) => {
    if (letter === undefined) return /\s/.test(token) ? '\\s+' : `\\${token}`
    if (letter === '%') return '%'
    const directive = directives[letter]
    if (!directive) throw valueError(`'${letter}' is a bad directive in format '${format}'`)
    if (letters.includes(letter)) throw valueError(`directive '%${letter}' occurs twice in format '${format}'`)
    letters.push(letter)
    return `(${directive})`
  })
  return { pattern: new RegExp(source, 'iy'), letters }
}

/** Compiles a `strptime` format to a parser; the parser throws a ValueError failure for text that does not match. */
export function compileStrptime(format: string): (text: string) => DateTime {
  const { pattern, letters } = compileScanner(format)
  const simple = letters.every((letter) => 'YmdHMSfz'.includes(letter)) && letters.includes('Y')
  const finish = simple ? plainMoment : calendarMoment
  return (text) => {
    pattern.lastIndex = 0
    const match = pattern.exec(text)
    if (!match) throw valueError(`time data '${text.slice(0, 80)}' does not match format '${format}'`)
    if (pattern.lastIndex !== text.length) throw valueError(`unconverted data remains: ${text.slice(pattern.lastIndex, 80)}`)
    const fields: Fields = {}
    for (let index = 0; index < letters.length; index++) fields[letters[index] as string] = match[index + 1] as string
    return finish(fields)
  }
}

function plainMoment({ Y = '1900', m = '1', d = '1', H = '0', M = '0', S = '0', f, z }: Fields): DateTime {
  const days = validDays(Number(Y), Number(m), Number(d))
  return moment(days, Number(H) * 3600 + Number(M) * 60 + seconds(S), { f, z })
}

function moment(days: number, secondsOfDay: number, { f, z }: { f: string | undefined; z: string | undefined }): DateTime {
  const micro = f === undefined ? 0 : Number(f.padEnd(6, '0'))
  return new DateTime(days * secondsPerDay + secondsOfDay, micro, z === undefined ? undefined : offsetOf(z))
}

/** `%S` matches leap seconds, but a datetime has none. */
function seconds(text: string): number {
  const value = Number(text)
  if (value > 59) throw valueError('second must be in 0..59')
  return value
}

function validDays(year: number, month: number, day: number): number {
  if (year < 1) throw valueError(`year ${year} is out of range`)
  if (day > daysInMonth(year, month)) throw valueError('day is out of range for month')
  return daysFromCivil(year, month, day)
}

function offsetOf(text: string): number {
  if (text === 'Z' || text === 'z') return 0
  const compact = text.replaceAll(':', '')
  const colons = text.length - compact.length
  if (colons > 0 && (text[3] !== ':' || (compact.length > 5 && colons < 2))) throw valueError(`Inconsistent use of : in ${text}`)
  const size = Number(compact.slice(1, 3)) * 3600 + Number(compact.slice(3, 5)) * 60 + Math.floor(Number(compact.slice(5) || 0))
  if (size >= secondsPerDay) throw valueError(`offset ${text} must be less than a day`)
  return text[0] === '-' && size > 0 ? -size : size
}

/** The directive among `letters` that stands last in the format: it decides, as in CPython. */
function lastOf(fields: Fields, letters: string): readonly [letter: string, text: string] | undefined {
  const letter = Object.keys(fields).findLast((key) => letters.includes(key))
  return letter === undefined ? undefined : [letter, fields[letter] ?? '']
}

function hourOf(fields: Fields): number {
  const [letter, text] = lastOf(fields, 'HI') ?? ['H', '0']
  if (letter === 'H') return Number(text)
  return (Number(text) % 12) + (fields['p']?.toLowerCase() === 'pm' ? 12 : 0)
}

function calendarMoment(fields: Fields): DateTime {
  const { M = '0', S = '0' } = fields
  return moment(daysOf(fields), hourOf(fields) * 3600 + Number(M) * 60 + seconds(S), { f: fields['f'], z: fields['z'] })
}

function yearOf(fields: Fields): number | undefined {
  const [letter, text] = lastOf(fields, 'Yy') ?? []
  if (letter === undefined) return undefined
  return letter === 'Y' ? Number(text) : Number(text) + (Number(text) <= 68 ? 2000 : 1900)
}

/** 0 is Monday; undefined when the text names no day of the week. */
function weekdayOfFields(fields: Fields): number | undefined {
  const [letter, text = ''] = lastOf(fields, 'Aawu') ?? []
  if (letter === undefined) return undefined
  if (letter === 'w') return (Number(text) + 6) % 7
  return letter === 'u' ? Number(text) - 1 : indexOfName(weekdayNames, text)
}

function monthOf(fields: Fields): number {
  const [letter, text] = lastOf(fields, 'mbB') ?? ['m', '1']
  return letter === 'm' ? Number(text) : indexOfName(monthNames, text) + 1
}

function indexOfName(names: readonly string[], name: string): number {
  return names.findIndex((known) => known.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase())
}

/** Day number from whichever of date, day of the year, week of the year or ISO week is given; 1900-01-01 fills the rest. */
function daysOf(fields: Fields): number {
  const { j, V, G, d = '1' } = fields
  const weekday = weekdayOfFields(fields)
  const week = lastOf(fields, 'UW')
  const given = yearOf(fields)
  assertIsoFields(fields, { weekday, hasYear: given !== undefined, hasWeek: week !== undefined })
  const year = given ?? 1900
  if (j !== undefined) return validDays(year, 1, 1) + Number(j) - 1
  if (weekday !== undefined && week) {
    return daysOfWeekOfYear({ year, week: Number(week[1]), weekday, startsOnSunday: week[0] === 'U' })
  }
  if (weekday !== undefined && G !== undefined && V !== undefined)
    return daysFromIsoWeek({ year: Number(G), week: Number(V), weekday: weekday + 1 })
  return validDays(year, monthOf(fields), Number(d))
}

/** Which of the ISO directives must go together, by the rules of CPython 3.11. */
function assertIsoFields({ G, V, j }: Fields, other: { weekday: number | undefined; hasYear: boolean; hasWeek: boolean }): void {
  const loneYear = !other.hasYear && G !== undefined && (V === undefined || other.weekday === undefined || j !== undefined)
  const loneWeek = (other.hasYear || G === undefined) && !other.hasWeek && V !== undefined
  if (loneYear || loneWeek)
    throw valueError('ISO year directive %G and ISO week directive %V go together with a weekday, without %Y and %j')
}

function daysOfWeekOfYear(given: { year: number; week: number; weekday: number; startsOnSunday: boolean }): number {
  const first = daysFromCivil(given.year, 1, 1)
  const shift = given.startsOnSunday ? 1 : 0
  const firstWeekday = (weekdayOf(first) + shift) % 7
  const weekday = (given.weekday + shift) % 7
  const weekZero = (7 - firstWeekday) % 7
  return given.week === 0 ? first + weekday - firstWeekday : first + weekZero + 7 * (given.week - 1) + weekday
}
