import { type ConnectionState, isObject, parseExactJson, type StreamState } from '../../framework/index.ts'

/** What a state file holds, whoever wrote it. */
export interface ParsedState {
  readonly streams: ConnectionState
  /** Streams that the file names with something that is not a state, and what is wrong with it. */
  readonly unreadable: ReadonlyMap<string, string>
  /** Parts of the file that belong to no stream and that nothing here can use. */
  readonly unusable: readonly string[]
}

/** One thing that was read; of several about one stream the last one counts. */
export type Part =
  | { readonly stream: string; readonly state: StreamState }
  | { readonly stream: string; readonly problem: string }
  | { readonly unusable: string }

/** Reads one form of state; undefined for a value of another form. `read` reads what is wrapped in it. */
export type StateForm = (value: Readonly<Record<string, unknown>>, read: (inner: unknown) => readonly Part[]) => readonly Part[] | undefined

export function gather(parts: readonly Part[]): ParsedState {
  const streams = new Map<string, StreamState>()
  const unreadable = new Map<string, string>()
  for (const part of parts) {
    if ('unusable' in part) continue
    streams.delete(part.stream)
    unreadable.delete(part.stream)
    if ('state' in part) streams.set(part.stream, part.state)
    else unreadable.set(part.stream, part.problem)
  }
  const unusable = parts.flatMap((part) => ('unusable' in part ? [part.unusable] : []))
  return { streams: Object.fromEntries(streams), unreadable, unusable }
}

/** The state of a named stream. Nothing for a stream before its first sync, which platforms send without state. */
export function partOf(stream: string, state: unknown): readonly Part[] {
  const value = typeof state === 'string' && state.trimStart().startsWith('{') ? parsedText(state) : (state ?? undefined)
  if (value === undefined) return []
  if (isObject(value)) return [{ stream, state: value }]
  return [{ stream, problem: `the state of stream ${JSON.stringify(stream)} is not an object` }]
}

/** Database exports hold states as JSON texts. */
function parsedText(text: string): unknown {
  try {
    return parseExactJson(text)
  } catch {
    return text
  }
}

/** A mapping of stream names to states. */
export const partsOf = (states: Readonly<Record<string, unknown>>): readonly Part[] =>
  Object.entries(states).flatMap(([stream, state]) => partOf(stream, state))
