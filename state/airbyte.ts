import { readFile } from 'node:fs/promises'
import type { ConnectionState, StateMessage, StreamState } from '../framework/index.ts'
import { isObject, parseDocument, parseJson, streamsField, unreadable } from './document.ts'

type Entry = readonly [string, StreamState]

/** Reads the file of `--state FILE`; shapes as in {@link parseState}. Throws ConfigError ERR_STATE_UNREADABLE with file and reason. */
export async function readStateFile(path: string): Promise<ConnectionState> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, `it cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, cause)
  })
  return parseState(text, path)
}

/**
 * The states in a text of any shape that platforms and this program write:
 * - a list of Airbyte states (`STREAM`, or one `GLOBAL` without shared state, or `LEGACY`), bare or wrapped in `STATE` messages
 * - one such state
 * - protocol lines as `read` prints them: the last STATE of each stream counts, other messages are passed over
 * - a state file of the `file:` registry
 * - Singer's `{"bookmarks": {stream: state}}`
 * - a flat mapping of stream to state
 *
 * `source` names the text in errors. Where a stream occurs twice the later state counts.
 */
export function parseState(text: string, source: string): ConnectionState {
  return Object.fromEntries(documents(text, source).flatMap((value) => statesOf(value, source)))
}

/** The states as Airbyte's list of STREAM states, which `--state` and Airbyte read. */
export function toAirbyteState(state: ConnectionState): readonly StateMessage['state'][] {
  return Object.entries(state).map(([name, stream_state]) => ({
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state },
  }))
}

function documents(text: string, source: string): readonly unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const isTranscript = lines.length > 1 && lines.every((line) => line.trimStart().startsWith('{') && line.trimEnd().endsWith('}'))
  if (isTranscript) return lines.map((line) => parseJson(line, source))
  const value = parseJson(text, source)
  return Array.isArray(value) ? value : [value]
}

function statesOf(value: unknown, source: string): readonly Entry[] {
  if (!isObject(value)) throw unreadable(source, 'it holds something that is no state object')
  if (isStateDocument(value)) return Object.entries(parseDocument(JSON.stringify(value), source).streams)
  const kind = value['type']
  switch (kind) {
    case 'STATE':
      return statesOf(value['state'] ?? wrapSinger(value['value']), source)
    case 'STREAM':
      return streamState(value['stream'], source)
    case 'GLOBAL':
      return globalStates(value['global'], source)
    case 'LEGACY':
      return Object.entries(streamsField(value['data'], source))
  }
  if (typeof kind === 'string') return passOver(kind, source)
  return Object.entries(streamsField(isObject(value['bookmarks']) ? value['bookmarks'] : value, source))
}

const isStateDocument = (value: Record<string, unknown>): boolean => typeof value['format'] === 'string' && isObject(value['streams'])

/** Singer's STATE messages carry their bookmarks in `value`. */
const wrapSinger = (value: unknown): unknown => (isObject(value) ? { bookmarks: value['bookmarks'] ?? {} } : value)

const otherMessages = new Set(['RECORD', 'LOG', 'TRACE', 'CONTROL', 'CATALOG', 'SPEC', 'CONNECTION_STATUS', 'SCHEMA', 'ACTIVATE_VERSION'])

function passOver(kind: string, source: string): readonly Entry[] {
  if (otherMessages.has(kind)) return []
  throw unreadable(source, `it has a state of unknown type ${JSON.stringify(kind)}; known: STREAM, GLOBAL, LEGACY`)
}

function globalStates(global: unknown, source: string): readonly Entry[] {
  if (!isObject(global)) throw unreadable(source, 'its GLOBAL state is empty')
  const shared = global['shared_state']
  if (isObject(shared) ? Object.keys(shared).length > 0 : shared !== undefined && shared !== null) {
    throw unreadable(source, 'its GLOBAL state has a shared state, which no stream of this program can use')
  }
  const streams = global['stream_states']
  if (!Array.isArray(streams)) throw unreadable(source, 'its GLOBAL state has no list of stream_states')
  return streams.flatMap((stream) => streamState(stream, source))
}

function streamState(stream: unknown, source: string): readonly Entry[] {
  const descriptor = isObject(stream) ? stream['stream_descriptor'] : undefined
  const name = isObject(descriptor) ? descriptor['name'] : undefined
  if (!isObject(stream) || typeof name !== 'string') throw unreadable(source, 'a STREAM state does not name its stream')
  const state = stream['stream_state'] ?? undefined
  // Platforms send a stream without state before its first sync.
  if (state === undefined) return []
  if (!isObject(state)) throw unreadable(source, `the state of stream ${JSON.stringify(name)} is not an object`)
  return [[name, state]]
}
