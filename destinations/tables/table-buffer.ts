import type { PageItem } from '../../framework/index.ts'
import { exactRows } from '../exact-numbers.ts'
import type { Encoded } from './encode.ts'
import { type NoteMisfit, RowEncoder } from './row-encoder.ts'
import type { TablePlan } from './table-plan.ts'

/** Characters of a key whose bytes are counted. */
const shortKey = 800

/** What the keys of rows ask of an index. */
export interface KeyShape {
  /** A part of some key is null. */
  readonly nulls: boolean
  /** Bytes of the longest key, as UTF-8; at least. */
  readonly bytes: number
}

/** Rows for one statement, column by column; keys occur once. */
export interface Batch {
  readonly plan: TablePlan
  /** Values of the columns of the plan, then of `_extra` and `_synced_at`. */
  readonly values: readonly (readonly Encoded[])[]
  readonly size: number
  /** The stream of each row. */
  readonly owners: readonly string[]
  /** Rows taken in for this batch, by stream; more than `size` where a key came twice. */
  readonly taken: ReadonlyMap<string, number>
  readonly keys: KeyShape
}

/** Collects rows of one table until they are written. Of two rows with one key the later one counts. */
export class TableBuffer {
  #plan: TablePlan
  readonly #noteMisfit: NoteMisfit
  #encoder: RowEncoder
  /** Characters held. */
  weight = 0
  #values: Encoded[][] = []
  #size = 0
  #owners: string[] = []
  #byKey = new Map<string, number>()
  #taken = new Map<string, number>()
  #keyNulls = false
  #keyBytes = 0

  constructor(plan: TablePlan, noteMisfit: NoteMisfit) {
    this.#plan = plan
    this.#noteMisfit = noteMisfit
    this.#encoder = new RowEncoder(plan, noteMisfit)
    this.#clear()
  }

  get plan(): TablePlan {
    return this.#plan
  }

  /** Columns changed; only while nothing is held. */
  replan(plan: TablePlan): void {
    this.#plan = plan
    this.#encoder = new RowEncoder(plan, this.#noteMisfit)
    this.#clear()
  }

  get size(): number {
    return this.#size
  }

  /** Throws ConnectorError ERR_RECORD_UNWRITABLE, and ERR_RECORD_KEY for a key that does not fit its column. */
  add(page: PageItem): void {
    const { stream, rows, emittedAt } = page
    const at = new Date(emittedAt).toISOString()
    for (const row of exactRows(page)) this.#owners[this.#addRow(this.#encoder.encode(row, stream), at)] = stream.name
    this.#taken.set(stream.name, (this.#taken.get(stream.name) ?? 0) + rows.length)
  }

  /** What was collected; the buffer is empty afterwards. */
  take(): Batch | undefined {
    if (this.#taken.size === 0) return undefined
    const keys = { nulls: this.#keyNulls, bytes: this.#keyBytes }
    const batch = { plan: this.#plan, values: this.#values, size: this.#size, owners: this.#owners, taken: this.#taken, keys }
    this.#clear()
    return batch
  }

  #clear(): void {
    this.#values = Array.from({ length: this.#plan.columns.length + 2 }, () => [])
    this.#size = 0
    this.#owners = []
    this.weight = 0
    this.#byKey = new Map()
    this.#taken = new Map()
    this.#keyNulls = false
    this.#keyBytes = 0
  }

  /** Gives the place of the row. */
  #addRow(encoded: readonly Encoded[], at: string): number {
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
    return index
  }

  /** Where the row goes: over an earlier one with its key, else to the end. Null equals null. */
  #place(encoded: readonly Encoded[]): number {
    const key = this.#keyOf(encoded)
    const known = key === '' ? undefined : this.#byKey.get(key)
    if (known !== undefined) return known
    if (key !== '') this.#byKey.set(key, this.#size)
    this.#size += 1
    return this.#size - 1
  }

  /** '' in a table without a key. */
  #keyOf(encoded: readonly Encoded[]): string {
    const { columns } = this.#plan
    let key = ''
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]
      if (!column?.key) continue
      const value = encoded[index]
      if (value === null || value === undefined) {
        this.#keyNulls = true
        key += 'n'
      } else {
        const text = column.narrowing?.normal?.(value) ?? value
        key += `${text.length}:${text}`
      }
    }
    // Most keys are far too short to ask how many bytes their characters take.
    if (key.length > shortKey) this.#keyBytes = Math.max(this.#keyBytes, Buffer.byteLength(key))
    return key
  }
}
