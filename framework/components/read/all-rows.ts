import type { Row } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import type { Retriever, StreamSlice } from './retriever.ts'
import { sliceScope } from './retriever.ts'

export interface RowsOptions {
  /** As errors name what is read. */
  readonly stream: string
  readonly signal?: AbortSignal
}

/** Every record that a retriever finds outside a stream: no cursor, no state, nothing transformed but by its own selector. */
export async function* rowsOf(retriever: Retriever, options: RowsOptions): AsyncGenerator<Row> {
  for await (const { row } of rowsWithScope(retriever, options)) yield row
}

/** The same with what templates see of the slice that a record came from. */
export async function* rowsWithScope(
  retriever: Retriever,
  options: RowsOptions,
): AsyncGenerator<{ readonly row: Row; readonly scope: Scope }> {
  const stages = { transformations: [], schema: async () => ({}) }
  for await (const partition of retriever.partitions({})) {
    const slice: StreamSlice = { partition, window: undefined }
    const scope = sliceScope(slice)
    for await (const { rows } of retriever.read(slice, { ...options, stages })) for (const row of rows) yield { row, scope }
  }
}
