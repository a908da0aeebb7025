import { daysFromCivil, daysFromIsoWeek, daysInMonth, secondsPerDay, weekdayOf } from './calendar.ts'
import { DateTime } from './datetime-value.ts'
import { valueError } from './failure.ts'

export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
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

function calendarMoment(fields: Fields): DateTime {
  const { H = '0', M = '0', S = '0', I: hour12, p } = fields
  const hour = hour12 === undefined ? Number(H) : (Number(hour12) % 12) + (p?.toLowerCase() === 'pm' ? 12 : 0)
  return moment(daysOf(fields), hour * 3600 + Number(M) * 60 + seconds(S), { f: fields['f'], z: fields['z'] })
}

function yearOf({ Y, y, G }: Fields): number | undefined {
  if (Y !== undefined) return Number(Y)
  if (y !== undefined) return Number(y) + (Number(y) <= 68 ? 2000 : 1900)
  return G === undefined ? undefined : Number(G)
}

/** 0 is Monday; undefined when the text names no day of the week. */
function weekdayOfFields({ A, a, w, u }: Fields): number | undefined {
  if (A !== undefined || a !== undefined) return indexOfName(weekdayNames, (A ?? a) as string)
  if (w !== undefined) return (Number(w) + 6) % 7
  return u === undefined ? undefined : Number(u) - 1
}

function indexOfName(names: readonly string[], name: string): number {
  return names.findIndex((known) => known.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase())
}

/** Day number from whichever of date, day of the year, week of the year or ISO week is given; 1900-01-01 fills the rest. */
function daysOf(fields: Fields): number {
  const { m, B, b, d, j, U, W, V, G } = fields
  const weekday = weekdayOfFields(fields)
  if (V !== undefined || G !== undefined) return daysOfIsoFields(fields, weekday)
  const year = yearOf(fields) ?? 1900
  if (j !== undefined) return validDays(year, 1, 1) + Number(j) - 1
  if (weekday !== undefined && (U ?? W) !== undefined && yearOf(fields) !== undefined) {
    return daysOfWeekOfYear({ year, week: Number(U ?? W), weekday, startsOnSunday: U !== undefined })
  }
  const name = B ?? b
  return validDays(year, name === undefined ? Number(m ?? 1) : indexOfName(monthNames, name) + 1, Number(d ?? 1))
}

function daysOfIsoFields({ G, V, Y, j }: Fields, weekday: number | undefined): number {
  if (G === undefined || V === undefined || weekday === undefined || Y !== undefined || j !== undefined) {
    throw valueError('ISO year directive %G and ISO week directive %V go together with a weekday directive, without %Y and %j')
  }
  return daysFromIsoWeek({ year: Number(G), week: Number(V), weekday: weekday + 1 })
}

function daysOfWeekOfYear(given: { year: number; week: number; weekday: number; startsOnSunday: boolean }): number {
  const first = daysFromCivil(given.year, 1, 1)
  const shift = given.startsOnSunday ? 1 : 0
  const firstWeekday = (weekdayOf(first) + shift) % 7
  const weekday = (given.weekday + shift) % 7
  const weekZero = (7 - firstWeekday) % 7
  return given.week === 0 ? first + weekday - firstWeekday : first + weekZero + 7 * (given.week - 1) + weekday
}
