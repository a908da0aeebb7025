import { ConnectorError } from '../errors.ts'

/** Nesting that no honest API reaches, yet far below what overflows the stack of recursive code further on. */
const MAX_DEPTH = 512
const LONG_INTEGER_DIGITS = 16
const MINUS = 45
const POINT = 46
const QUOTE = 34
const BACKSLASH = 92
const COLON = 58
const numberCharacters = /[\d.eE+-]+/y

/** An integer of 16 or more digits is preceded by none of these, and digits of ids, hashes and fractions mostly are. */
const longInteger = /(?:^|[^\w."])-?\d{16}/

/**
 * JSON.parse that loses nothing: integers beyond 2^53 come as text with every digit (ids stay ids).
 * Keys such as `__proto__` are plain own properties. Throws SyntaxError when the text is no JSON, and
 * ConnectorError ERR_NUMBER_RANGE for numbers that a double can't hold (1e400), ERR_JSON_TOO_DEEP beyond 512 levels.
 * `bytes`: the same text in UTF-8, when at hand; looking for long integers there is several times faster.
 */
export function parseJson(text: string, bytes?: Uint8Array): unknown {
  const suspicious = bytes ? mayHoldLongInteger(bytes) : longInteger.test(text)
  const value: unknown = JSON.parse(suspicious ? quoteLongIntegers(text) : text)
  if (typeof value === 'object' && value !== null) inspect(value, 1)
  else if (typeof value === 'number') assertFinite(value)
  return value
}

/**
 * Whether a literal of 16 or more digits may stand outside strings. Looks at every 16th byte only, because a run of 16
 * digits covers one of them; so the usual body costs next to nothing more than JSON.parse.
 */
function mayHoldLongInteger(bytes: Uint8Array): boolean {
  for (let index = LONG_INTEGER_DIGITS - 1; index < bytes.length; index += LONG_INTEGER_DIGITS) {
    if (!isDigit(bytes[index])) continue
    let start = index
    while (isDigit(bytes[start - 1])) start--
    let end = index + 1
    while (isDigit(bytes[end])) end++
    if (end - start >= LONG_INTEGER_DIGITS && !isNoInteger(bytes, start, end)) return true
    // Past this run, so that a body of digits is not measured again at every step.
    index = end - 1
  }
  return false
}

/** A quick look at the neighbours. An integer never has these, so `true` is sure; a wrong `false` only costs the slower way. */
function isNoInteger(bytes: Uint8Array, start: number, end: number): boolean {
  const before = bytes[bytes[start - 1] === MINUS ? start - 2 : start - 1]
  return before === QUOTE || before === POINT || isWordCharacter(before) || isWordCharacter(bytes[end])
}

/** The text with integers beyond 2^53 turned into strings. What is no JSON stays no JSON. */
function quoteLongIntegers(text: string): string {
  const parts: string[] = []
  let copied = 0
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) {
      index = endOfString(text, index)
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, index)
      if (isLongInteger(text.slice(index, end)) && !isKey(text, end)) {
        parts.push(text.slice(copied, index), '"', text.slice(index, end), '"')
        copied = end
      }
      index = end
    } else {
      index++
    }
  }
  parts.push(text.slice(copied))
  return parts.join('')
}

function isLongInteger(literal: string): boolean {
  return literal.length >= LONG_INTEGER_DIGITS && /^-?[1-9]\d*$/.test(literal) && !Number.isSafeInteger(Number(literal))
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

function isWordCharacter(code: number | undefined): boolean {
  if (code === undefined) return false
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
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
