import type { StreamState } from '../protocol/messages.ts'
import type { ListedStream } from './assembly/bound-stream.ts'
import type { ConnectionState } from './ports/state-registry.ts'

/** What reading one stream would cost. Counts are lower bounds where the number of pages is not known beforehand. */
export interface StreamPlan {
  readonly stream: string
  readonly kind: string
  readonly accountId: string | undefined
  readonly slices: number
  /** First and last value of the windows to read; undefined without a cursor. */
  readonly from: string | undefined
  readonly to: string | undefined
  /** Calls as the provider counts them. */
  readonly calls: number
  /** False when more pages may follow the ones counted. */
  readonly exact: boolean
  /** One call as an example, without credentials. */
  readonly example: string | undefined
}

/** Plans a read without making its calls; only the slices of routers that have to ask the source are counted as one. */
export async function* explain(streams: readonly ListedStream[], state: ConnectionState): AsyncGenerator<StreamPlan> {
  for (const { stream } of streams) stream.retriever.announce()
  for (const bound of streams) yield await plan(bound, state[bound.info.name])
}

async function plan(bound: ListedStream, state: StreamState | undefined): Promise<StreamPlan> {
  const { info, stream } = bound
  let slices = 0
  let calls = 0
  let exact = true
  let example: string | undefined
  const bounds: string[] = []
  for await (const partition of bound.partitions(undefined)) {
    const own = bound.partitioned ? undefined : state
    for (const window of stream.cursor ? stream.cursor.open(own, { scope: partition.scope }).slices() : [undefined]) {
      slices += 1
      if (window) bounds.push(...Object.values(window.values).map(String))
      for (const call of stream.retriever.plan({ partition, window })) {
        calls += call.times ?? 1
        exact &&= call.times !== undefined
        example ??= `${call.method} ${call.url}`
      }
    }
  }
  const range = { from: bounds[0], to: bounds[bounds.length - 1] }
  return { stream: info.name, kind: info.kind, accountId: info.accountId, slices, ...range, calls, exact, example }
}
