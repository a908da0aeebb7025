import { openStreamState } from '../../../../framework/components/cursors/partition-state.ts'
import { narrowing } from '../../../../framework/components/read/cursor.ts'
import type { Stream } from '../../../../framework/components/read/stream.ts'
import { asConnectorError, type ConnectorError } from '../../../../framework/errors.ts'
import type { Row, StreamState } from '../../../../framework/protocol/messages.ts'
import type { TestContext } from '../../build.ts'

export interface Reading {
  readonly records: Row[]
  state?: StreamState
  /** What ended the read. */
  error?: ConnectorError
}

export interface ReadingOptions {
  readonly context: TestContext
  readonly state?: StreamState | undefined
  /** Slices after which the read is cut off; it then has no state. */
  readonly slices?: number
}

/** Reads a stream slice after slice, as the recordings do, without anything of the runtime. */
export async function readStream(stream: Stream, options: ReadingOptions): Promise<Reading> {
  const reading: Reading = { records: [] }
  try {
    await readInto(reading, stream, options)
  } catch (thrown) {
    reading.error = asConnectorError(thrown)
  }
  return reading
}

async function readInto(
  reading: Reading,
  stream: Stream,
  { context, state, slices = Number.POSITIVE_INFINITY }: ReadingOptions,
): Promise<void> {
  const { cursor, retriever, transformations } = stream
  const { clock, report } = context.services
  const run = openStreamState({ cursor, partitioned: retriever.partitioned, state, dialect: 'airbyte', clock, report })
  let left = slices
  for await (const partition of retriever.partitions({}, run.parentState())) {
    const partitionRun = run.open(partition)
    for (const window of partitionRun?.slices() ?? [undefined]) {
      if (left-- <= 0) return
      const keep = cursor?.clientSide && partitionRun ? { keep: (row: Row) => partitionRun.keep(row) } : {}
      const stages = { transformations, schema: () => stream.schema(), ...keep }
      const asked = { stream: stream.name, stages, ...narrowing(partitionRun, window) }
      for await (const { rows } of retriever.read({ partition, window }, asked)) {
        reading.records.push(...rows)
        if (window) partitionRun?.observe(window, rows)
      }
      if (window) partitionRun?.close(window)
    }
    run.done(partition)
  }
  run.finish()
  reading.state = run.current()
}
