import { streamColumn } from './names.ts'
import type { Batch } from './table-buffer.ts'
import type { TablePlan } from './table-plan.ts'

/** The rows from one place to before another. */
export const sliceOf = (batch: Batch, from: number, to: number): Batch => ({
  ...batch,
  values: batch.values.map((column) => column.slice(from, to)),
  owners: batch.owners.slice(from, to),
  size: to - from,
})

/** A batch for each of its streams. */
export function splitByStream(batch: Batch): readonly Batch[] {
  if (batch.taken.size < 2) return [batch]
  return Array.from(batch.taken, ([stream, rows]) => {
    const isOwn = (_: unknown, index: number) => batch.owners[index] === stream
    const [values, owners] = [batch.values.map((column) => column.filter(isOwn)), batch.owners.filter(isOwn)]
    return { ...batch, values, owners, size: owners.length, taken: new Map([[stream, rows]]) }
  })
}

/** The stream that all rows are of; undefined for several. */
export function onlyOwner({ owners }: Batch): string | undefined {
  const [first] = owners
  return owners.every((owner) => owner === first) ? first : undefined
}

/** The column in which rows say which stream they are of, where the table keeps the name as it is. */
export function ownerColumn({ columns }: TablePlan): string | undefined {
  const column = columns.find(({ path }) => path.length === 0)
  return column?.name === streamColumn && !column.narrowing ? column.name : undefined
}
