import type { RowChanges } from '../../framework/index.ts'

/** What a write changed, by stream. */
export type ChangesByStream = ReadonlyMap<string, RowChanges>

const NONE: RowChanges = { inserted: 0, updated: 0 }

/** Sums up what writes changed. */
export class ChangeCounts {
  readonly #streams = new Map<string, RowChanges>()

  add(stream: string, { inserted, updated }: RowChanges): void {
    const before = this.of(stream)
    this.#streams.set(stream, { inserted: before.inserted + inserted, updated: before.updated + updated })
  }

  addAll(changes: ChangesByStream): void {
    for (const [stream, counts] of changes) this.add(stream, counts)
  }

  of(stream: string): RowChanges {
    return this.#streams.get(stream) ?? NONE
  }

  get all(): ChangesByStream {
    return this.#streams
  }
}

/** All rows are new: in a table without a key none takes the place of another. `owners`: the stream of each row. */
export function allInserted(owners: readonly string[]): ChangesByStream {
  const counts = new ChangeCounts()
  for (const owner of owners) counts.add(owner, { inserted: 1, updated: 0 })
  return counts.all
}

/** All rows that were written. */
export function sumOf(changes: ReadonlyMap<unknown, RowChanges>): RowChanges {
  let inserted = 0
  let updated = 0
  for (const one of changes.values()) {
    inserted += one.inserted
    updated += one.updated
  }
  return { inserted, updated }
}
