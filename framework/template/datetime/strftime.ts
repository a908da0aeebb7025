import { civilFromDays, dayOfYear, isoWeekDate, weekdayOf } from './calendar.ts'
import { type DateTime, padded } from './datetime-value.ts'
import { monthNames, weekdayNames } from './strptime.ts'

/** Everything a directive may ask for, computed once per formatted value. */
interface Parts {
  readonly moment: DateTime
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

type Piece = string | ((parts: Parts) => string)

interface NumberField {
  readonly value: (parts: Parts) => number
  readonly width: number
  readonly pad: '0' | ' '
}

const field = (width: number, value: NumberField['value'], pad: NumberField['pad'] = '0'): NumberField => ({ value, width, pad })
const hour12 = ({ hour }: Parts): number => hour % 12 || 12

/** Numeric directives of CPython and glibc. */
const numbers: Readonly<Record<string, NumberField>> = {
  Y: field(1, (p) => p.year),
  C: field(2, (p) => Math.floor(p.year / 100)),
  y: field(2, (p) => p.year % 100),
  m: field(2, (p) => p.month),
  d: field(2, (p) => p.day),
  e: field(2, (p) => p.day, ' '),
  H: field(2, (p) => p.hour),
  k: field(2, (p) => p.hour, ' '),
  I: field(2, hour12),
  l: field(2, hour12, ' '),
  M: field(2, (p) => p.minute),
  S: field(2, (p) => p.second),
  j: field(3, (p) => dayOfYear(p.moment.days)),
  u: field(1, (p) => weekdayOf(p.moment.days) + 1),
  w: field(1, (p) => (weekdayOf(p.moment.days) + 1) % 7),
  U: field(2, (p) => Math.floor((dayOfYear(p.moment.days) + 6 - ((weekdayOf(p.moment.days) + 1) % 7)) / 7)),
  W: field(2, (p) => Math.floor((dayOfYear(p.moment.days) + 6 - weekdayOf(p.moment.days)) / 7)),
  V: field(2, (p) => isoWeekDate(p.moment.days).week),
  G: field(1, (p) => isoWeekDate(p.moment.days).year),
  g: field(2, (p) => isoWeekDate(p.moment.days).year % 100),
  // The wall clock counts as UTC: the reference runs in UTC, and a local zone would make results depend on the machine.
  s: field(1, (p) => p.moment.wall),
}

const weekdayName = ({ moment }: Parts): string => weekdayNames[weekdayOf(moment.days)] ?? ''
const monthName = ({ month }: Parts): string => monthNames[month - 1] ?? ''
const texts: Readonly<Record<string, (parts: Parts) => string>> = {
  a: (p) => weekdayName(p).slice(0, 3),
  A: weekdayName,
  b: (p) => monthName(p).slice(0, 3),
  h: (p) => monthName(p).slice(0, 3),
  B: monthName,
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  P: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  f: ({ moment }) => padded(moment.micro, 6),
  z: ({ moment }) => zoneText(moment.offset, ''),
  Z: ({ moment }) => (moment.offset === undefined ? '' : moment.offset === 0 ? 'UTC' : `UTC${zoneText(moment.offset, ':')}`),
  '%': () => '%',
  n: () => '\n',
  t: () => '\t',
}

const composed: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  '+': '%a %b %e %H:%M:%S %Z %Y',
}

function zoneText(offset: number | undefined, colon: string): string {
  if (offset === undefined) return ''
  const size = Math.abs(offset)
  const seconds = size % 60 === 0 ? '' : colon + padded(size % 60, 2)
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(size / 3600), 2)}${colon}${padded(Math.floor(size / 60) % 60, 2)}${seconds}`
}

/** A numeric directive with glibc's flags: `-` no padding, `_` blanks, `0` zeros. */
function numberPiece({ value, width, pad }: NumberField, flag: string): Piece {
  if (flag === '-' || (width === 1 && flag === '')) return (parts) => String(value(parts))
  const filler = flag === '_' ? ' ' : flag === '0' ? '0' : pad
  return (parts) => String(value(parts)).padStart(width, filler)
}

function compilePieces(format: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of format.matchAll(/%([-_0^#]?)(.)/gs)) {
    const [token, flag = '', letter = ''] = match
    if (match.index > end) pieces.push(format.slice(end, match.index))
    end = match.index + token.length
    pieces.push(...directive(token, flag, letter))
  }
  if (end < format.length) pieces.push(format.slice(end))
  return pieces
}

function directive(token: string, flag: string, letter: string): Piece[] {
  const [number, text, longer] = [numbers[letter], texts[letter], composed[letter]]
  if (number) return [numberPiece(number, flag)]
  if (longer !== undefined) return compilePieces(longer)
  if (!text) return [token]
  return [flag === '^' ? (parts) => text(parts).toUpperCase() : text]
}

/** Compiles a `strftime` format; an unknown directive stays as written, as glibc does it. */
export function compileStrftime(format: string): (moment: DateTime) => string {
  const pieces = compilePieces(format)
  return (moment) => {
    const parts: Parts = { moment, ...civilFromDays(moment.days), ...moment.clock }
    let result = ''
    for (const piece of pieces) result += typeof piece === 'string' ? piece : piece(parts)
    return result
  }
}
