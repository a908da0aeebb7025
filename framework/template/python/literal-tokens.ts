import { toFloat, toInt } from './values.ts'

/** Number and string tokens that Python source and templates share. */

/** The value of a number token; undefined for integers with a leading zero or too many digits. */
export function numberOf(token: string): unknown {
  const digits = token.replaceAll('_', '')
  if (/^0[xXbBoO]/.test(digits)) return toInt(BigInt(digits))
  if (/[.eE]/.test(digits)) return toFloat(Number(digits))
  if (/^0+[1-9]/.test(digits) || digits.length > 4300) return undefined
  return toInt(digits.length < 16 ? Number(digits) : BigInt(digits))
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const escapeToken = /\\(?:[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])/g

/** Python's string escapes; undefined for a malformed `\x`, `\u`, `\U` or a named character. In bytes `\u` and `\N` are literal. */
export function decodeEscapes(raw: string, kind: 'text' | 'bytes' = 'text'): string | undefined {
  if (!raw.includes('\\')) return raw
  let malformed = false
  const decoded = raw.replace(escapeToken, (token) => {
    const letter = token[1] ?? ''
    if (kind === 'bytes' && 'uUN'.includes(letter)) return token
    if (/[0-7]/.test(letter)) return characterOf(token.slice(1), 8)
    if (token.length > 2) return characterOf(token.slice(2), 16)
    if ('xuUN'.includes(letter)) malformed = true
    return Object.hasOwn(simpleEscapes, letter) ? (simpleEscapes[letter] ?? token) : token
  })
  return malformed ? undefined : decoded
}

function characterOf(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix)
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
}
