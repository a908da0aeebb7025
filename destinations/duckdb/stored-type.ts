import type { ColumnType } from '../tables/column-type.ts'
import { fitsDecimal, fitsReal, fitsSeconds, fitsWhole } from '../tables/fits.ts'
import type { Narrowing } from '../tables/table-plan.ts'

/** How values get into a column of a table, ours or not. */
export interface StoredType {
  readonly type: ColumnType
  /** Where the column takes other values than all of `type`. */
  readonly narrowing?: Narrowing
}

/** Types of this destination's own tables, as DuckDB names them. */
const own: Readonly<Record<string, ColumnType>> = {
  VARCHAR: 'text',
  BIGINT: 'bigint',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  TIMESTAMP: 'timestamp',
  DATE: 'date',
  JSON: 'jsonb',
}

/** Bits of whole numbers; unsigned ones have all of them for the number. */
const signed: Readonly<Record<string, bigint>> = { TINYINT: 8n, SMALLINT: 16n, INTEGER: 32n, HUGEINT: 128n }
const unsigned: Readonly<Record<string, bigint>> = { UTINYINT: 8n, USMALLINT: 16n, UINTEGER: 32n, UBIGINT: 64n, UHUGEINT: 128n }
/** Digits of a second. */
const timestamps: Readonly<Record<string, number>> = { TIMESTAMP_S: 0, TIMESTAMP_MS: 3, TIMESTAMP_NS: 6 }
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** undefined for types that this destination does not write. */
export function storedType(name: string): StoredType | undefined {
  const type = Object.hasOwn(own, name) ? own[name] : undefined
  if (type) return { type }
  const narrowing = (fits: Narrowing['fits']): Narrowing => ({ fits, cast: name })
  const bits = signed[name]
  if (bits !== undefined) return { type: 'numeric', narrowing: narrowing(fitsWhole(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n)) }
  const places = unsigned[name]
  if (places !== undefined) return { type: 'numeric', narrowing: narrowing(fitsWhole(0n, 2n ** places - 1n)) }
  const digits = timestamps[name]
  if (digits !== undefined) return { type: 'timestamp', narrowing: narrowing(fitsSeconds(digits)) }
  if (name === 'FLOAT') return { type: 'double', narrowing: narrowing(fitsReal) }
  if (name === 'UUID') {
    return { type: 'text', narrowing: { ...narrowing((text) => uuid.test(text)), normal: (text) => text.toLowerCase() } }
  }
  return decimalType(name) ?? enumType(name)
}

function decimalType(name: string): StoredType | undefined {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(name) ?? []
  if (precision === undefined) return undefined
  return { type: 'numeric', narrowing: { fits: fitsDecimal(Number(precision), Number(scale)), cast: name } }
}

function enumType(name: string): StoredType | undefined {
  if (!name.startsWith('ENUM(')) return undefined
  const labels = new Set(Array.from(name.matchAll(/'((?:[^']|'')*)'/g), ([, label = '']) => label.replaceAll("''", "'")))
  return { type: 'text', narrowing: { fits: (text) => labels.has(text), cast: name } }
}
