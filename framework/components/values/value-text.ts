import type { Dialect } from '../../template/template.ts'
import { PyFloat, pythonText } from '../../template/template.ts'

/**
 * A value as the text of a query parameter, header or form field. The foreign dialect writes Python's forms (`True`,
 * `None`, `1.0`), ours those of JSON (`true`, `1`).
 */
export function valueText(value: unknown, dialect: Dialect): string {
  if (typeof value === 'string') return value
  if (dialect === 'airbyte') return pythonText(value)
  if (value instanceof PyFloat) return String(value.value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) || isPlain(value) ? jsonText(value) : pythonText(value)
}

/** Values as parameters or form fields: null is left out, a list repeats its name. */
export function textFields(values: Readonly<Record<string, unknown>>, dialect: Dialect): Record<string, string | readonly string[]> {
  const fields: [string, string | readonly string[]][] = []
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue
    if (Array.isArray(value)) fields.push([name, value.filter((item) => item !== null).map((item) => valueText(item, dialect))])
    else fields.push([name, valueText(value, dialect)])
  }
  return Object.fromEntries(fields)
}

/** JSON with the digits of integers that are too long for a number. */
export function jsonText(value: unknown): string {
  const long: string[] = []
  const mark = (digits: string) => `\u0000${long.push(digits) - 1}\u0000`
  const text = JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? mark(item.toString()) : item))
  return long.length === 0 ? text : text.replace(/"\\u0000(\d+)\\u0000"/g, (found, index) => long[Number(index)] ?? found)
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
