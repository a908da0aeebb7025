import { isObject } from '../../framework/protocol/json.ts'
import type { StreamState } from '../../framework/protocol/messages.ts'
import type { ConnectionState } from '../../framework/runtime/ports/state-registry.ts'

/** A stream whose state differs; undefined where it had or has none. */
export interface Change {
  readonly stream: string
  readonly before: StreamState | undefined
  readonly after: StreamState | undefined
}

/** Streams whose states differ, by name; the order of keys makes no difference. */
export function compareStates(before: ConnectionState, after: ConnectionState): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  const of = (state: ConnectionState, name: string) => (Object.hasOwn(state, name) ? state[name] : undefined)
  return names
    .map((stream) => ({ stream, before: of(before, stream), after: of(after, stream) }))
    .filter((change) => canonical(change.before) !== canonical(change.after))
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part) =>
      isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
    ) ?? ''
  )
}
