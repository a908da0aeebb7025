import { Stream } from '../../components/read/stream.ts'
import { DynamicStreams } from '../../components/streams/dynamic-streams.ts'
import { type BrokenStream, orBroken } from '../../manifest/broken-stream.ts'
import { buildTyped, isNode } from '../../manifest/definition/build.ts'
import type { BuildContext } from '../../manifest/definition/component.ts'

/** Streams that come out of a resolver when a run starts. */
export interface DynamicGroup {
  readonly name: string
  /** Asks the resolver and builds its streams; those that cannot be built are told apart. Throws why the resolver failed. */
  expand(signal?: AbortSignal): Promise<{ readonly streams: readonly Stream[]; readonly broken: readonly BrokenStream[] }>
}

/** Builds the resolvers in the `dynamic_streams` of a foreign manifest; a group whose resolver cannot be built is reported. */
export function buildDynamic(
  nodes: readonly unknown[],
  context: BuildContext,
  report: (broken: BrokenStream) => void,
): readonly DynamicGroup[] {
  return nodes.flatMap((node, index) => {
    const at = { ...context, path: `dynamic_streams[${index}]` }
    const name = isNode(node) && typeof node['name'] === 'string' && node['name'] !== '' ? node['name'] : `dynamic_stream_${index}`
    const slot = { family: DynamicStreams, type: 'DynamicDeclarativeStream' }
    const group = orBroken(
      () => buildTyped(slot, node, at),
      (error) => report({ name, error }),
    )
    return group ? [{ name, expand: (signal?: AbortSignal) => expand(group, at, signal) }] : []
  })
}

async function expand(group: DynamicStreams, at: BuildContext, signal: AbortSignal | undefined): ReturnType<DynamicGroup['expand']> {
  const streams: Stream[] = []
  const broken: BrokenStream[] = []
  let index = 0
  for await (const node of group.definitions(signal)) {
    const place = { ...at, path: `${at.path}.stream_template#${index++}` }
    const name = String(node['name'] ?? place.path)
    const stream = orBroken(
      () => buildTyped({ family: Stream, type: 'DeclarativeStream' }, node, place),
      (error) => broken.push({ name, error }),
    )
    if (stream) streams.push(stream)
  }
  return { streams, broken }
}
