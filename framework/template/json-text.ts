import { compareTexts } from './code-points.ts'
import { dictEntries } from './dict.ts'
import { typeError } from './failure.ts'
import { floatText, numberText } from './text.ts'
import { type Dict, isDict, kindOf, PyFloat, typeName } from './values.ts'

/** Python's `json.dumps` with its default separators and ASCII escapes. */

export interface JsonTextOptions {
  readonly sortKeys?: boolean
  /** Blanks per level of an indented text. */
  readonly indent?: number
}

/** A TypeError failure for what JSON does not know: dates, sets, bytes, Undefined. */
export function jsonText(value: unknown, options: JsonTextOptions = {}, depth = 1): string {
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
      return containerText(value, options, depth)
  }
}

function specialFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity'
}

function containerText(value: unknown, options: JsonTextOptions, depth: number): string {
  if (value instanceof PyFloat) return specialFloat(value.value)
  if (Array.isArray(value) && (kindOf(value) === 'list' || kindOf(value) === 'tuple')) {
    return wrapped(
      '[]',
      value.map((item) => jsonText(item, options, depth + 1)),
      { options, depth },
    )
  }
  if (!isDict(value)) throw typeError(`Object of type ${typeName(value)} is not JSON serializable`)
  const entries = sorted(value, options).map(([key, item]) => `${quoted(keyText(key))}: ${jsonText(item, options, depth + 1)}`)
  return wrapped('{}', entries, { options, depth })
}

function wrapped(
  brackets: '[]' | '{}',
  parts: readonly string[],
  { options: { indent }, depth }: { options: JsonTextOptions; depth: number },
): string {
  const [open = '', close = ''] = brackets
  if (indent === undefined || parts.length === 0) return open + parts.join(', ') + close
  const line = `\n${' '.repeat(Math.min(Math.max(indent, 0), 100) * depth)}`
  const end = `\n${' '.repeat(Math.min(Math.max(indent, 0), 100) * (depth - 1))}`
  return open + line + parts.join(`,${line}`) + end + close
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
