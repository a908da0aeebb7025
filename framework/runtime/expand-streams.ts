import type { Stream } from '../components/streams/stream.ts'
import { ConfigError } from '../errors.ts'
import type { BrokenStream } from '../manifest/broken-stream.ts'
import type { BuiltManifest } from '../manifest/build-manifest.ts'

/** Schemas that are asked for at the same time; some come from the source. */
const AT_ONCE = 8

export interface ExpandedStreams {
  /** Those of the manifest, then those that its resolvers found. */
  readonly all: readonly Stream[]
  /** Names of the streams of each dynamic group. */
  readonly groups: ReadonlyMap<string, readonly string[]>
}

/** Asks the resolvers of dynamic streams. Throws why one failed: a list of streams without some of them would be a wrong one. */
export async function expandStreams(
  built: BuiltManifest,
  leaveOut: (lost: BrokenStream) => void,
  signal: AbortSignal | undefined,
): Promise<ExpandedStreams> {
  const byName = new Map(built.streams.map((stream) => [stream.name, stream]))
  const groups = new Map<string, readonly string[]>()
  for (const group of built.dynamic) {
    const { streams, broken } = await group.expand(signal)
    for (const lost of broken) leaveOut(lost)
    const fresh = streams.filter((stream) => {
      if (byName.has(stream.name)) leaveOut({ name: stream.name, error: twice(stream.name, group.name) })
      return !byName.has(stream.name) && byName.set(stream.name, stream)
    })
    groups.set(
      group.name,
      fresh.map(({ name }) => name),
    )
  }
  return { all: [...byName.values()], groups }
}

function twice(name: string, group: string): ConfigError {
  return new ConfigError('ERR_STREAM_DUPLICATE', `the dynamic streams ${group} make a stream '${name}', and there is one of that name`)
}

/** The streams whose schema can be had; a stream whose schema file is missing says nothing against the others. */
export async function withSchema(streams: readonly Stream[], leaveOut: (lost: BrokenStream) => void): Promise<readonly Stream[]> {
  const described: Stream[] = []
  for (let start = 0; start < streams.length; start += AT_ONCE) {
    const batch = streams.slice(start, start + AT_ONCE)
    const errors = await Promise.all(batch.map(schemaError))
    batch.forEach((stream, index) => {
      const error = errors[index]
      if (error) leaveOut({ name: stream.name, error })
      else described.push(stream)
    })
  }
  return described
}

async function schemaError(stream: Stream): Promise<ConfigError | undefined> {
  try {
    await stream.schema()
    return undefined
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown
    throw thrown
  }
}
