import type { ColumnType } from '../tables/column-type.ts'
import { fitsDecimal, fitsReal, fitsSeconds, fitsWhole } from '../tables/fits.ts'
import type { Narrowing } from '../tables/table-plan.ts'
import type { ColumnFacts } from './table-facts.ts'

/** How values get into a column of a table, ours or not. */
export interface StoredType {
  readonly type: ColumnType
  /** Where the column takes less than all values of `type`. */
  readonly narrowing?: Narrowing
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Types of this destination's own tables, by `pg_type.typname`. */
const own: Readonly<Record<string, ColumnType>> = {
  text: 'text',
  int8: 'bigint',
  numeric: 'numeric',
  float8: 'double',
  bool: 'boolean',
  timestamptz: 'timestamptz',
  timestamp: 'timestamp',
  date: 'date',
  jsonb: 'jsonb',
}

const narrowTypes: Readonly<Record<string, StoredType>> = {
  int2: { type: 'bigint', narrowing: { fits: fitsWhole(-(2n ** 15n), 2n ** 15n - 1n) } },
  int4: { type: 'bigint', narrowing: { fits: fitsWhole(-(2n ** 31n), 2n ** 31n - 1n) } },
  float4: { type: 'double', narrowing: { fits: fitsReal } },
  json: { type: 'jsonb' },
  uuid: { type: 'text', narrowing: { fits: (text) => uuid.test(text), cast: 'uuid', normal: (text) => text.toLowerCase() } },
}

/** undefined for types that this destination does not write. */
export function storedType({ typeName, modifier, labels, sqlType }: ColumnFacts): StoredType | undefined {
  if (typeName === undefined) return undefined
  if (labels) {
    const known = new Set(labels)
    return { type: 'text', narrowing: { fits: (text) => known.has(text), cast: sqlType } }
  }
  if (modifier >= 0) return limited(typeName, modifier)
  const type = Object.hasOwn(own, typeName) ? own[typeName] : undefined
  if (type) return { type }
  if (typeName === 'varchar') return { type: 'text' }
  if (typeName === 'citext') return { type: 'text', narrowing: { fits: () => true, cast: sqlType, normal: (text) => text.toLowerCase() } }
  return Object.hasOwn(narrowTypes, typeName) ? narrowTypes[typeName] : undefined
}

/** Types with a length, a precision or a scale (`atttypmod`; lengths and numerics count four bytes of header in). */
function limited(typeName: string, modifier: number): StoredType | undefined {
  switch (typeName) {
    case 'varchar':
      return { type: 'text', narrowing: { fits: fitsLength(modifier - 4) } }
    case 'bpchar':
      // Blanks at the end are cut off and do not count in comparisons.
      return { type: 'text', narrowing: { fits: (text) => !text.endsWith(' ') && fitsLength(modifier - 4)(text) } }
    case 'numeric': {
      const packed = modifier - 4
      const scale = packed & 0x7ff
      return { type: 'numeric', narrowing: { fits: fitsDecimal((packed >> 16) & 0xffff, scale > 0x3ff ? scale - 0x800 : scale) } }
    }
    case 'timestamptz':
    case 'timestamp':
      return { type: typeName, narrowing: { fits: fitsSeconds(modifier) } }
    default:
      return undefined
  }
}

/** Lengths count characters, not UTF-16 units. */
function fitsLength(longest: number): (text: string) => boolean {
  return (text) => text.length <= longest || [...text].length <= longest
}
