import { ConnectorError } from '../errors.ts'
import { sameDecimal } from '../protocol/decimal.ts'
import { noteLiterals } from '../protocol/number-literals.ts'

/** Nesting that no honest API reaches, yet far below what overflows the stack of recursive code further on. */
const MAX_DEPTH = 512
/** Shorter literals come back as they were. */
const LONG_LITERAL = 16
const MINUS = 45
const QUOTE = 34
const BACKSLASH = 92
const COLON = 58
const numberCharacters = /[\d.eE+-]+/y

/** Numbers of so many characters are preceded by none of these; ids and hashes mostly are. */
const longLiteral = /(?:^|[^\w."])-?\d[\d.eE+-]{15}/
/** 1 for the bytes that numbers consist of. */
const ofNumbers = new Uint8Array(256)
for (const character of '0123456789.+-eE') ofNumbers[character.charCodeAt(0)] = 1

const integer = /^-?[1-9]\d*$/
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * JSON.parse that loses nothing: integers beyond 2^53 come as text with every digit (ids stay ids), and other numbers of more digits than
 * a double has as the double that is nearest; for both {@link literalAt} tells how they were written.
 * Keys such as `__proto__` are plain own properties. Throws SyntaxError when the text is no JSON, and
 * ConnectorError ERR_NUMBER_RANGE for numbers that a double can't hold (1e400), ERR_JSON_TOO_DEEP beyond 512 levels.
 * `bytes`: the same text in UTF-8, when at hand; looking for long numbers there is several times faster.
 */
export function parseJson(text: string, bytes?: Uint8Array): unknown {
  const isSuspicious = bytes ? mayLoseDigits(bytes) : longLiteral.test(text)
  const quoted = isSuspicious ? quoteLongNumbers(text) : undefined
  const value: unknown = JSON.parse(quoted?.text ?? text)
  if (typeof value === 'object' && value !== null) {
    inspect(value, 1)
    if (quoted && quoted.literals.length > 0) restore(value, quoted)
  } else if (typeof value === 'number') assertFinite(value)
  else if (typeof value === 'string' && quoted) return restored(literalOf(value, quoted) ?? value)
  return value
}

/**
 * Whether a number that loses digits may stand outside strings. Looks at every 16th byte only, because a literal of 16 or more characters
 * covers one of them; so the usual body costs next to nothing more than JSON.parse.
 */
function mayLoseDigits(bytes: Uint8Array): boolean {
  for (let index = LONG_LITERAL - 1; index < bytes.length; index += LONG_LITERAL) {
    if (ofNumbers[bytes[index] ?? 0] === 0) continue
    const [start, end] = runAround(bytes, index)
    // Past this run, so that a body of digits is not measured again at every step.
    index = end - 1
    if (end - start < LONG_LITERAL || !isBeforeNumber(bytes[start - 1])) continue
    if (losesDigits(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'))) return true
  }
  return false
}

function runAround(bytes: Uint8Array, index: number): readonly [start: number, end: number] {
  let start = index
  while (start > 0 && ofNumbers[bytes[start - 1] ?? 0] === 1) start--
  let end = index + 1
  while (end < bytes.length && ofNumbers[bytes[end] ?? 0] === 1) end++
  return [start, end]
}

/** White space, `:`, `,`, `[` or the start of the body (a byte order mark ends with 0xBF). */
function isBeforeNumber(code: number | undefined): boolean {
  return code === undefined || code <= 32 || code === COLON || code === 44 || code === 91 || code === 0xbf
}

/** The number is not the one that JavaScript would make of it. What JSON does not allow, and what no double can hold, is not one. */
function losesDigits(literal: string): boolean {
  if (literal.length < LONG_LITERAL) return false
  if (integer.test(literal)) return !Number.isSafeInteger(Number(literal))
  const value = Number(literal)
  const shortest = String(value)
  return shortest !== literal && decimal.test(literal) && Number.isFinite(value) && !sameDecimal(literal, shortest)
}

/** Nobody who writes a body can know it. */
const mark = `number-${Math.random()}-`

/** A text in which strings stand for long numbers: the mark and the index of the literal. */
interface Quoted {
  readonly text: string
  readonly literals: readonly string[]
}

/** What is no JSON stays no JSON. */
function quoteLongNumbers(text: string): Quoted {
  const parts: string[] = []
  const literals: string[] = []
  let copied = 0
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) {
      index = endOfString(text, index)
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, index)
      const literal = text.slice(index, end)
      if (losesDigits(literal) && !isKey(text, end)) {
        parts.push(text.slice(copied, index), `"${mark}${literals.length}"`)
        literals.push(literal)
        copied = end
      }
      index = end
    } else {
      index++
    }
  }
  parts.push(text.slice(copied))
  return { text: parts.join(''), literals }
}

const literalOf = (value: string, { literals }: Quoted): string | undefined =>
  value.startsWith(mark) ? literals[Number(value.slice(mark.length))] : undefined

const restored = (literal: string): string | number => (integer.test(literal) ? literal : Number(literal))

/** Puts the numbers back and notes how they were written; true when there were some. Its recursion was measured by {@link inspect}. */
function restore(node: object, quoted: Quoted): boolean {
  const holder = node as Record<string, unknown>
  const own: Record<string, string> = Object.create(null)
  let isHolder = false
  for (const key in holder) {
    const value = holder[key]
    const literal = typeof value === 'string' ? literalOf(value, quoted) : undefined
    if (literal !== undefined) {
      own[key] = literal
      holder[key] = restored(literal)
    }
    if (literal !== undefined || (typeof value === 'object' && value !== null && restore(value, quoted))) isHolder = true
  }
  if (isHolder) noteLiterals(node, own)
  return isHolder
}

/** Numbers are no keys: quoting one there would turn a broken body into a valid one. */
function isKey(text: string, end: number): boolean {
  let index = end
  while (index < text.length && text.charCodeAt(index) <= 32) index++
  return text.charCodeAt(index) === COLON
}

function endOfString(text: string, start: number): number {
  let index = start + 1
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) return index + 1
    index += code === BACKSLASH ? 2 : 1
  }
  return index
}

function endOfNumber(text: string, start: number): number {
  numberCharacters.lastIndex = start
  return start + (numberCharacters.exec(text)?.[0].length ?? 1)
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 48 && code <= 57
}

/** Depth and range in one walk. Its own recursion ends at the depth cap. */
function inspect(node: object, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new ConnectorError('ERR_JSON_TOO_DEEP', `the JSON is nested more than ${MAX_DEPTH} levels deep; it is refused as hostile`)
  }
  if (Array.isArray(node)) {
    for (const item of node) inspectValue(item, depth)
    return
  }
  // Parsed JSON has own keys only, and for-in is several times faster here than Object.values.
  const record = node as Record<string, unknown>
  for (const key in record) inspectValue(record[key], depth)
}

function inspectValue(value: unknown, depth: number): void {
  if (typeof value === 'object') {
    if (value !== null) inspect(value, depth + 1)
  } else if (typeof value === 'number') {
    assertFinite(value)
  }
}

function assertFinite(value: number): void {
  if (Number.isFinite(value)) return
  throw new ConnectorError('ERR_NUMBER_RANGE', 'the JSON holds a number beyond the range of a double, such as 1e400')
}
