import { typeError } from '../failure.ts'
import { type Budget, fullBudget, spend } from '../limits.ts'
import { compareTexts } from './code-points.ts'
import { dictEntries } from './dict.ts'
import { floatText, numberText } from './text.ts'
import { type Dict, isDict, kindOf, PyFloat, typeName } from './values.ts'

/** Python's `json.dumps` with its default separators and ASCII escapes. */

/** Python's `sort_keys` and `indent`. */
export interface JsonTextOptions {
  readonly sortKeys?: boolean
  /** Blanks per level of an indented text. */
  readonly indent?: number
}

interface Writer extends JsonTextOptions {
  readonly budget: Budget
}

/** A TypeError failure for what JSON does not know: dates, sets, bytes, Undefined. */
export function jsonText(value: unknown, options: JsonTextOptions = {}): string {
  return write(value, { ...options, budget: fullBudget() }, 1)
}

function write(value: unknown, writer: Writer, depth: number): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'boolean':
      return String(value)
    case 'bigint':
      return value.toString()
    case 'number':
      return Number.isInteger(value) ? numberText(value) : specialFloat(value)
    default:
      spend(writer.budget)
      return containerText(value, writer, depth)
  }
}

function specialFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity'
}

function containerText(value: unknown, writer: Writer, depth: number): string {
  if (value instanceof PyFloat) return specialFloat(value.value)
  const text = (item: unknown): string => write(item, writer, depth + 1)
  if (Array.isArray(value) && (kindOf(value) === 'list' || kindOf(value) === 'tuple')) {
    return `[${layOut(value.map(text), writer, depth)}]`
  }
  if (!isDict(value)) throw typeError(`Object of type ${typeName(value)} is not JSON serializable`)
  const entries = sorted(value, writer).map(([key, item]) => `${quoted(keyText(key))}: ${text(item)}`)
  return `{${layOut(entries, writer, depth)}}`
}

function layOut(parts: readonly string[], { indent }: Writer, depth: number): string {
  if (indent === undefined || parts.length === 0) return parts.join(', ')
  const step = Math.min(Math.max(indent, 0), 100)
  const [line, end] = [`\n${' '.repeat(step * depth)}`, `\n${' '.repeat(step * (depth - 1))}`]
  return line + parts.join(`,${line}`) + end
}

function sorted(dict: Dict, { sortKeys = false }: JsonTextOptions): [unknown, unknown][] {
  const entries = dictEntries(dict)
  return sortKeys ? entries.sort(([a], [b]) => compareTexts(keyText(a), keyText(b))) : entries
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return key
  if (key === null || ['number', 'boolean', 'bigint'].includes(typeof key) || key instanceof PyFloat) return jsonText(key)
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\uffff]/g, (unit) =>
    unit === '\x7f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
