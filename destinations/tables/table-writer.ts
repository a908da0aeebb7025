import type { RowChanges, StateCommit } from '../../framework/index.ts'
import { splitByStream } from './batch-parts.ts'
import { isStage } from './names.ts'
import { type Rejections, stateKeysOf, TableRejection } from './rejections.ts'
import { ChangeCounts } from './row-changes.ts'
import type { Batch } from './table-buffer.ts'
import type { Replaced, Replacement, TableStore, Written } from './table-store.ts'

/** Writes what the tables take; streams whose rows a table rejects are left out, with their states. */
export class TableWriter {
  readonly #store: TableStore
  readonly #rejections: Rejections
  readonly #streamsOf: (table: string) => Iterable<string>
  readonly #rows = new Map<string, number>()
  readonly #changes = new ChangeCounts()

  constructor(store: TableStore, rejections: Rejections, streamsOf: (table: string) => Iterable<string>) {
    this.#store = store
    this.#rejections = rejections
    this.#streamsOf = streamsOf
  }

  /** Rows written, by stream. */
  rows(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#rows)
  }

  /** What the rows of a stream changed. */
  changes(stream: string): RowChanges {
    return this.#changes.of(stream)
  }

  /** Gives what was replaced, by stage. */
  async write(
    batches: readonly Batch[],
    { streams, position }: StateCommit,
    replacements: readonly Replacement[],
  ): Promise<ReadonlyMap<string, Replaced>> {
    const wanted = batches.filter(({ taken }) => [...taken.keys()].some((stream) => !this.#rejections.has(stream)))
    const due = replacements.filter(({ stream }) => !this.#rejections.has(stream))
    const commit = { streams: Object.fromEntries(Object.entries(streams).filter(([key]) => !this.#rejections.hasState(key))), position }
    if (wanted.length === 0 && due.length === 0 && Object.keys(commit.streams).length === 0) return new Map()
    try {
      const written = await this.#store.write(wanted, commit, due)
      this.#count(wanted, due, written)
      const { replaced } = written
      return new Map(due.flatMap(({ stage }, index) => (replaced[index] ? [[stage, replaced[index]] as const] : [])))
    } catch (thrown) {
      if (!(thrown instanceof TableRejection)) throw thrown
      const { table } = thrown
      const rejected = wanted.filter(({ plan }) => plan.name === table)
      const parts = rejected.flatMap(splitByStream)
      if (parts.length > rejected.length) await this.#writeApart(parts, commit)
      else this.#rejections.reject(this.#concerned(table, rejected, due), thrown)
      const others = wanted.filter(({ plan }) => plan.name !== table)
      return this.write(others, commit, due)
    }
  }

  /** Shows which of the streams the table rejects. */
  async #writeApart(parts: readonly Batch[], { streams, position }: StateCommit): Promise<void> {
    for (const part of parts) {
      const keys = new Set([...part.taken.keys()].flatMap(stateKeysOf))
      const own = Object.entries(streams).filter(([key]) => keys.has(key))
      await this.write([part], { streams: Object.fromEntries(own), position }, [])
    }
  }

  #concerned(table: string, batches: readonly Batch[], due: readonly Replacement[]): Iterable<string> {
    if (batches.length > 0) return batches.flatMap(({ taken }) => [...taken.keys()])
    const replacing = due.filter(({ plan }) => plan.name === table).map(({ stream }) => stream)
    return replacing.length > 0 ? replacing : this.#streamsOf(table)
  }

  #count(batches: readonly Batch[], replacements: readonly Replacement[], { changes, replaced }: Written): void {
    for (const [index, { plan, taken }] of batches.entries()) {
      for (const [stream, rows] of taken) this.#rows.set(stream, (this.#rows.get(stream) ?? 0) + rows)
      const changed = changes[index]
      // Rows in a stage count once they replace others.
      if (changed && !isStage(plan.name)) this.#changes.addAll(changed)
    }
    for (const [index, { stream }] of replacements.entries()) {
      const changed = replaced[index]
      if (changed) this.#changes.add(stream, changed)
    }
  }
}
