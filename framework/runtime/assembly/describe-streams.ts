import type { Stream } from '../../components/read/stream.ts'
import { ConfigError } from '../../errors.ts'
import type { BrokenStream } from '../../manifest/broken-stream.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import type { BoundStream, ListedStream } from './bound-stream.ts'
import { selectProperties } from './select-properties.ts'

/** Schemas that are asked for at the same time; some come from the source. */
const AT_ONCE = 8

/**
 * The streams with their schemas. With `leaveOut` a stream whose schema cannot be had, such as one whose file is missing, says nothing
 * against the others; without it the first error is thrown.
 */
export async function describeStreams(
  listed: readonly ListedStream[],
  leaveOut: ((lost: BrokenStream) => void) | undefined,
): Promise<readonly BoundStream[]> {
  const described: BoundStream[] = []
  for (let start = 0; start < listed.length; start += AT_ONCE) {
    const batch = listed.slice(start, start + AT_ONCE)
    const schemas = await Promise.all(batch.map(({ stream }) => schemaOf(stream, leaveOut)))
    batch.forEach((bound, index) => {
      const schema = schemas[index]
      if (schema) described.push(withSchema(bound, schema))
    })
  }
  return described
}

/** Of a stream that a catalog configures only the fields that it wants are left; a key of others identifies nothing. */
function withSchema(bound: ListedStream, schema: JsonSchema): BoundStream {
  const { info, configured } = bound
  const selection = configured?.schema && selectProperties(schema, configured.schema)
  if (!selection) return { ...bound, info: { ...info, schema } }
  const primaryKey = info.primaryKey.every(([field]) => field !== undefined && selection.isSelected(field)) ? info.primaryKey : []
  return { ...bound, info: { ...info, primaryKey, schema: selection.schema, fields: selection.fields }, project: selection.project }
}

async function schemaOf(stream: Stream, leaveOut: ((lost: BrokenStream) => void) | undefined): Promise<JsonSchema | undefined> {
  try {
    return await stream.schema()
  } catch (thrown) {
    if (!leaveOut || !(thrown instanceof ConfigError)) throw thrown
    leaveOut({ name: stream.name, error: thrown })
    return undefined
  }
}
