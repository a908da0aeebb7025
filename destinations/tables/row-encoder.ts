import { ConnectorError, type Row, type StreamInfo } from '../../framework/index.ts'
import { jsonText } from '../json-text.ts'
import type { ColumnType } from './column-type.ts'
import { type Encoded, encode, misfit, storableJson } from './encode.ts'
import type { Column, TablePlan } from './table-plan.ts'

/** Takes note of a value that goes to `_extra` although the schema has a field for it. */
export type NoteMisfit = (field: string, value: unknown, why: string) => void

/** Rows of one table as values of its columns and of `_extra`, which takes what they cannot. */
export class RowEncoder {
  readonly #plan: TablePlan
  readonly #noteMisfit: NoteMisfit
  /** Fields with a column of their own. */
  readonly #fields: ReadonlySet<string>

  constructor(plan: TablePlan, noteMisfit: NoteMisfit) {
    this.#plan = plan
    this.#noteMisfit = noteMisfit
    this.#fields = new Set(plan.columns.filter(({ path }) => path.length === 1).map(({ path }) => path[0] ?? ''))
  }

  /** Throws ConnectorError ERR_RECORD_UNWRITABLE, and ERR_RECORD_KEY for a key that does not fit its column. */
  encode(row: Row, stream: StreamInfo): Encoded[] {
    const encoded: Encoded[] = []
    let used = 0
    let rest: Row | undefined
    for (const column of this.#plan.columns) {
      const value = valueFor(row, column, stream)
      if (value !== undefined && column.path.length === 1) used += 1
      const text = fitted(column, encode(column.type, value))
      if (text === misfit) {
        if (column.key) throw keyMisfit(column, value, stream)
        rest = this.#moveMisfit(column, value, rest ?? {})
      }
      encoded.push(text === misfit ? null : text)
    }
    const keys = Object.keys(row)
    if (keys.length > used) rest = this.#unknownFields(row, keys, rest)
    if (this.#plan.rowBytes !== undefined) rest = this.#fitRow(row, encoded, rest)
    encoded.push(rest === undefined ? null : storableJson(rest))
    return encoded
  }

  #moveMisfit({ path, type, sqlType = type }: Column, value: unknown, rest: Row): Row {
    const field = path[0] ?? ''
    addOwn(rest, field, value)
    this.#noteMisfit(field, value, `does not fit its column of type ${sqlType}`)
    return rest
  }

  #unknownFields(row: Row, keys: readonly string[], misfits: Row | undefined): Row | undefined {
    let rest = misfits
    for (const key of keys) {
      const value = row[key]
      if (this.#fields.has(key) || value === undefined) continue
      if (this.#plan.without?.has(key)) {
        if (value === null) continue
        this.#noteMisfit(key, value, 'has no column')
      }
      rest ??= {}
      addOwn(rest, key, value)
    }
    return rest
  }

  /** Moves values from the end until the row is short enough for its table. */
  #fitRow(row: Row, encoded: Encoded[], others: Row | undefined): Row | undefined {
    const { columns, rowBytes = Number.POSITIVE_INFINITY } = this.#plan
    let rest = others
    let bytes = 0
    for (const [index, column] of columns.entries()) bytes += storedBytes(column.type, encoded[index] ?? null)
    for (let index = columns.length - 1; index >= 0 && bytes > rowBytes; index--) {
      const column = columns[index]
      const text = encoded[index] ?? null
      if (!column || column.key || text === null) continue
      const field = column.path[0] ?? ''
      bytes -= storedBytes(column.type, text)
      encoded[index] = null
      rest ??= {}
      addOwn(rest, field, row[field])
      this.#noteMisfit(field, row[field], 'makes its row longer than the table takes')
    }
    return rest
  }
}

/** Bytes of a value inside its row, at most; PostgreSQL stores long ones beside it and keeps a pointer. */
function storedBytes(type: ColumnType, text: Encoded): number {
  if (text === null) return 0
  return type === 'text' || type === 'jsonb' || type === 'numeric' ? Math.min(24, 3 * text.length + 4) : 8
}

/** An assignment to `__proto__` would change the prototype instead. */
function addOwn(target: Row, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Where the table that exists is narrower, what it would cut or reject is a misfit too. */
function fitted({ narrowing }: Column, encoded: Encoded | typeof misfit): Encoded | typeof misfit {
  if (!narrowing || encoded === null || encoded === misfit || narrowing.fits(encoded)) return encoded
  return misfit
}

function valueFor(row: Row, { path }: Column, stream: StreamInfo): unknown {
  const field = path[0]
  if (field === undefined) return stream.name
  if (path.length > 1) return valueAt(row, path)
  return Object.hasOwn(row, field) ? row[field] : undefined
}

function valueAt(row: Row, path: readonly string[]): unknown {
  let value: unknown = row
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Row)[step]
  }
  return value
}

function keyMisfit({ name, type, sqlType = type }: Column, value: unknown, { name: stream }: StreamInfo): ConnectorError {
  const message = `the key field ${name} of a row is ${jsonText(value).slice(0, 80)}, which does not fit its column of type ${sqlType}; the row cannot be distinguished from others`
  return new ConnectorError('ERR_RECORD_KEY', message, { context: { stream } })
}
