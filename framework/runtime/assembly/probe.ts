import { ConfigError, suggest } from '../../errors.ts'
import type { ListedStream } from './bound-stream.ts'

/** Reads the first record of a stream's first slice; `name` may be a kind. Throws why it cannot be read. */
export async function probe(streams: readonly ListedStream[], name: string): Promise<'records' | 'empty' | 'no slices'> {
  const bound = streams.find(({ info }) => info.name === name) ?? streams.find(({ info }) => info.kind === name)
  if (!bound)
    throw new ConfigError(
      'ERR_STREAM_UNKNOWN',
      `no stream is named '${name}'; ${suggest(name, [...new Set(streams.map(({ info }) => info.kind))])}`,
    )
  const { stream, info } = bound
  for await (const partition of bound.partitions(undefined)) {
    const [window] = stream.cursor ? stream.cursor.open(undefined, { scope: partition.scope }).slices() : [undefined]
    if (stream.cursor && !window) return 'no slices'
    const stages = { transformations: stream.transformations, schema: () => stream.schema() }
    for await (const page of stream.retriever.read({ partition, window }, { stream: info.name, stages })) {
      return page.rows.length > 0 ? 'records' : 'empty'
    }
    return 'empty'
  }
  return 'no slices'
}
