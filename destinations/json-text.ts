import { ConnectorError, type Row } from '../framework/index.ts'
import { ExactDecimal } from './exact-decimal.ts'

/** Characters that JSON allows inside strings but that many line readers take for the end of a line. */
const lineBreaking = ['\u2028', '\u2029', '\u0085']
const everyLineBreaking = /[\u0085\u2028\u2029]/g

/**
 * JSON on one line: line breaks of any kind inside strings are escaped, lone surrogates too, bigints and exact decimals keep every digit.
 * Throws ConnectorError ERR_RECORD_UNWRITABLE for what JSON cannot say (cycles, nesting beyond the stack).
 */
export function jsonText(value: unknown): string {
  return keepOnOneLine(stringify(value))
}

/** {@link jsonText} of a row. Row by row, so that the rare character makes a copy of one row and not of the whole page. */
export function rowText(row: Row): string {
  return keepOnOneLine(stringify(row))
}

/** Escapes what would end a line in text that consists of JSON; such characters occur in its strings only. */
export function keepOnOneLine(json: string): string {
  // Three searches for a character are faster than one for a class of them.
  if (!lineBreaking.some((character) => json.includes(character))) return json
  return json.replace(everyLineBreaking, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (thrown) {
    return stringifySlowly(value, thrown)
  }
}

/** Only values that the built-in function refuses come here; nearly always because of a bigint or an exact decimal. */
function stringifySlowly(value: unknown, refusal: unknown): string {
  try {
    const digits: string[] = []
    const marker = `bigint-${Math.random()}-`
    const text = JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, part) {
      if (typeof part !== 'bigint') return part
      const own = this[key]
      return `${marker}${digits.push(own instanceof ExactDecimal ? own.literal : String(part)) - 1}`
    })
    if (digits.length === 0) throw refusal
    return text.replace(new RegExp(`"${marker.replace('.', '\\.')}(\\d+)"`, 'g'), (_match, index) => digits[Number(index)] ?? '')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)
    throw new ConnectorError('ERR_RECORD_UNWRITABLE', `a value cannot be written as JSON: ${reason}`, { cause })
  }
}
