import type { Query } from '../../framework/index.ts'
import { onlyOwner, ownerColumn, sliceOf, splitByStream } from '../tables/batch-parts.ts'
import { postgresRows } from '../tables/postgres-sql.ts'
import { allInserted, ChangeCounts, type ChangesByStream, sumOf } from '../tables/row-changes.ts'
import type { Batch } from '../tables/table-buffer.ts'
import { countDiffers, type RejectedTable, rejectingRows, sqlstateOf } from './rejection.ts'
import type { TextEncoding } from './text-encoding.ts'
import { type RowTarget, writeRows } from './write-rows.ts'

export interface BatchTarget extends RowTarget {
  readonly named: RejectedTable
  /** undefined for UTF-8. */
  readonly encoding: TextEncoding | undefined
  readonly runId: string
}

/** Writes the rows and gives what this changed. Throws TableRejection. */
export async function writeBatch(batch: Batch, target: BatchTarget, query: Query): Promise<ChangesByStream> {
  const { plan, owners, size, keys } = batch
  if (size === 0) return new Map()
  const { key, encoding, named, runId, isPartitioned } = target
  const owner = onlyOwner(batch)
  const label = owner !== undefined || encoding || isPartitioned ? undefined : ownerColumn(plan)
  if (key !== undefined && owner === undefined && label === undefined) {
    return inTurn(splitByStream(batch), (part) => writeBatch(part, target, query))
  }
  const changes = await rejectingRows(named, async () => {
    const { rows, values } = postgresRows(batch)
    const fitting = encoding ? await encoding.fit(values, [...plan.columns.map(({ type }) => type), 'jsonb'], query) : values
    return writeRows({ rows, values: [...fitting, runId], hasNulls: keys.nulls, label }, target, query)
  })
  const { inserted, updated } = sumOf(changes)
  if (inserted + updated !== size) throw countDiffers(named, inserted + updated, size)
  if (key === undefined) return allInserted(owners)
  return new Map(Array.from(changes, ([stream, counts]) => [owner ?? stream ?? '', counts]))
}

/** Writes halves in which no key occurs twice, in order. */
export async function writeInParts(batch: Batch, target: BatchTarget, query: Query): Promise<ChangesByStream> {
  await query('savepoint part')
  try {
    return await writeBatch(batch, target, query)
  } catch (thrown) {
    if (sqlstateOf(thrown) !== '21000' || batch.size < 2) throw thrown
    await query('rollback to savepoint part')
    const half = Math.ceil(batch.size / 2)
    return inTurn([sliceOf(batch, 0, half), sliceOf(batch, half, batch.size)], (part) => writeInParts(part, target, query))
  }
}

async function inTurn(parts: readonly Batch[], write: (part: Batch) => Promise<ChangesByStream>): Promise<ChangesByStream> {
  const counts = new ChangeCounts()
  for (const part of parts) counts.addAll(await write(part))
  return counts.all
}
