import type { Stream } from '../../components/read/stream.ts'
import { ConfigError } from '../../errors.ts'
import type { BrokenStream } from '../../manifest/broken-stream.ts'
import type { BuiltManifest } from './build-manifest.ts'

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
