import { readFile } from 'node:fs/promises'
import type { ConnectionState, StateMessage } from '../framework/index.ts'
import { isObject, stateText } from '../framework/index.ts'
import { parseDocument, parseJson, unreadable } from './document.ts'
import { airbyteForms } from './forms/airbyte-forms.ts'
import { gather, type ParsedState, type Part, partsOf, type StateForm } from './forms/parsed-state.ts'
import { bookmarkParts, singerForms } from './forms/singer-forms.ts'

export type { ParsedState }

/** Reads the file of `--state FILE`; shapes as in {@link parseState}. Throws ConfigError ERR_STATE_UNREADABLE with file and reason. */
export async function readStateFile(path: string): Promise<ParsedState> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, `it cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, cause)
  })
  return parseState(text, path)
}

/**
 * The states in a text of any form that platforms and this program write:
 * - Airbyte: lists of states (`STREAM`, `GLOBAL`, `LEGACY`), bare or in `STATE` messages; what its API answers (`{stateType, streamState}`)
 *   and its settings show, in camelCase or snake_case, also under `connectionState` or `state`
 * - Singer: `{"bookmarks": {stream: bookmark}}`, bookmarks of the Singer SDK among them; Meltano's `singer_state`, `completed`, `partial`
 * - protocol lines as a read prints them: the last STATE of each stream counts, other messages are skipped
 * - a state file of the `file:` registry
 * - a flat mapping of stream to state
 *
 * `source` names the text in errors. Where a stream occurs twice the later state counts. Throws ConfigError ERR_STATE_UNREADABLE for a text
 * of none of these forms.
 */
export function parseState(text: string, source: string): ParsedState {
  return gather(documents(text, source).flatMap((value) => parts(value, source)))
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
  return isTranscript ? lines.map((line) => parseJson(line, source)) : [parseJson(text, source)]
}

function parts(value: unknown, source: string): readonly Part[] {
  if (Array.isArray(value)) return value.flatMap((entry) => parts(entry, source))
  if (!isObject(value)) throw unreadable(source, 'it holds something that is not a state object')
  const read = (inner: unknown) => parts(inner, source)
  for (const form of [registryForm(source), ...airbyteForms(source), ...singerForms, wrapperForm]) {
    const found = form(value, read)
    if (found) return found
  }
  if (Object.keys(value).length > 0 && !Object.values(value).some(isObject)) {
    throw unreadable(source, `it maps no stream to a state; its keys are ${Object.keys(value).slice(0, 10).join(', ')}`)
  }
  return bookmarkParts(value)
}

const registryForm =
  (source: string): StateForm =>
  (value) =>
    typeof value['format'] === 'string' && isObject(value['streams']) ? partsOf(parseDocument(stateText(value), source).streams) : undefined

/** `{"state": …}` beside nothing but ids and flags; a stream of that name has a state whose values are no states. */
const wrapperForm: StateForm = ({ state, ...others }, read) => {
  const isWrapper = (Array.isArray(state) || isObject(state)) && !Object.values(others).some(isObject)
  if (!isWrapper) return undefined
  const values = Object.values(state)
  const isListing = values.length > 0 && values.every(isObject)
  return Array.isArray(state) || isListing || hasForm(state) ? read(state) : undefined
}

const marks = ['bookmarks', 'singer_state', 'stateType', 'streamDescriptor', 'stream_descriptor', 'streamStates', 'stream_states', 'global']

function hasForm(state: Readonly<Record<string, unknown>>): boolean {
  const type = state['type']
  return marks.some((name) => Object.hasOwn(state, name)) || type === 'STREAM' || type === 'GLOBAL' || type === 'LEGACY'
}
