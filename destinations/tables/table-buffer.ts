import { ConnectorError, type PageItem, type Row, type StreamInfo } from '../../framework/index.ts'
import { jsonText } from '../json-text.ts'
import { type Encoded, encode, misfit, storableJson } from './encode.ts'
import type { Column, TablePlan } from './table-plan.ts'

/** Rows for one statement, column by column; keys occur once. */
export interface Batch {
  readonly plan: TablePlan
  /** Values of the columns of the plan, then of `_extra` and `_synced_at`. */
  readonly values: readonly (readonly Encoded[])[]
  readonly size: number
  /** Rows taken in for this batch, by stream; more than `size` where a key came twice. */
  readonly taken: ReadonlyMap<string, number>
}

/** Collects rows of one table until they are written. Of two rows with one key the later one counts. */
export class TableBuffer {
  #plan: TablePlan
  /** Characters held. */
  weight = 0
  #values: Encoded[][] = []
  #size = 0
  #byKey = new Map<string, number>()
  #taken = new Map<string, number>()

  constructor(plan: TablePlan) {
    this.#plan = plan
    this.#clear()
  }

  get plan(): TablePlan {
    return this.#plan
  }

  /** Columns changed; only while nothing is held. */
  replan(plan: TablePlan): void {
    this.#plan = plan
    this.#clear()
  }

  get size(): number {
    return this.#size
  }

  /** Throws ConnectorError ERR_RECORD_UNWRITABLE, and ERR_RECORD_KEY for a key that does not fit its column. */
  add({ stream, rows, emittedAt }: PageItem): void {
    const at = new Date(emittedAt).toISOString()
    for (const row of rows) this.#addRow(this.#encodeRow(row, stream), at)
    this.#taken.set(stream.name, (this.#taken.get(stream.name) ?? 0) + rows.length)
  }

  /** What was collected; the buffer is empty afterwards. */
  take(): Batch | undefined {
    if (this.#taken.size === 0) return undefined
    const batch = { plan: this.#plan, values: this.#values, size: this.#size, taken: this.#taken }
    this.#clear()
    return batch
  }

  #clear(): void {
    this.#values = Array.from({ length: this.#plan.columns.length + 2 }, () => [])
    this.#size = 0
    this.weight = 0
    this.#byKey = new Map()
    this.#taken = new Map()
  }

  #addRow(encoded: readonly Encoded[], at: string): void {
    const index = this.#place(encoded)
    const { length } = encoded
    for (let column = 0; column < length; column++) {
      const value = encoded[column] ?? null
      const values = this.#values[column]
      if (values) values[index] = value
      this.weight += value === null ? 1 : value.length
    }
    const times = this.#values[length]
    if (times) times[index] = at
  }

  /** Where the row goes: over an earlier one with its key, else to the end. A row without its whole key equals no other. */
  #place(encoded: readonly Encoded[]): number {
    const key = keyOf(this.#plan.columns, encoded)
    const known = key === undefined ? undefined : this.#byKey.get(key)
    if (known !== undefined) return known
    if (key !== undefined) this.#byKey.set(key, this.#size)
    this.#size += 1
    return this.#size - 1
  }

  #encodeRow(row: Row, stream: StreamInfo): readonly Encoded[] {
    const encoded: Encoded[] = []
    let used = 0
    let rest: Row | undefined
    for (const column of this.#plan.columns) {
      const field = column.path[0] ?? ''
      const value = valueFor(row, column, stream)
      if (value !== undefined && column.path.length === 1) used += 1
      const text = encode(column.type, value)
      if (text === misfit) {
        if (column.key) throw keyMisfit(column, value, stream)
        rest ??= {}
        addOwn(rest, field, value)
      }
      encoded.push(text === misfit ? null : text)
    }
    const keys = Object.keys(row)
    if (keys.length > used) rest = this.#unknownFields(row, keys, rest)
    encoded.push(rest === undefined ? null : storableJson(rest))
    return encoded
  }

  #fields: { readonly plan: TablePlan; readonly names: ReadonlySet<string> } | undefined

  #unknownFields(row: Row, keys: readonly string[], misfits: Row | undefined): Row | undefined {
    if (this.#fields?.plan !== this.#plan) {
      const fields = this.#plan.columns.filter(({ path }) => path.length === 1).map(({ path }) => path[0] ?? '')
      this.#fields = { plan: this.#plan, names: new Set(fields) }
    }
    let rest = misfits
    for (const key of keys) {
      if (this.#fields.names.has(key) || row[key] === undefined) continue
      rest ??= {}
      addOwn(rest, key, row[key])
    }
    return rest
  }
}

/** An assignment to `__proto__` would change the prototype instead. */
function addOwn(target: Row, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

function valueFor(row: Row, { path }: Column, stream: StreamInfo): unknown {
  const [field, ...deeper] = path
  if (field === undefined) return stream.name
  if (deeper.length > 0) return valueAt(row, path)
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

function keyOf(columns: readonly Column[], encoded: readonly Encoded[]): string | undefined {
  let key = ''
  for (let index = 0; index < columns.length; index++) {
    if (!columns[index]?.key) continue
    const value = encoded[index]
    if (value === null || value === undefined) return undefined
    key += `${value.length}:${value}`
  }
  return key === '' ? undefined : key
}

function keyMisfit({ name, type }: Column, value: unknown, { name: stream }: StreamInfo): ConnectorError {
  const message = `the key field ${name} of a row is ${jsonText(value).slice(0, 80)}, which is no ${type} as the schema says; the row cannot be told from others`
  return new ConnectorError('ERR_RECORD_KEY', message, { context: { stream } })
}
