import type { StreamState } from '../../framework/index.ts'
import { defined, isObject } from '../../framework/index.ts'
import { type Part, partOf, type StateForm } from './parsed-state.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * The forms in which Singer taps and Meltano write states: `{"bookmarks": {stream: …}}`, bare, in a STATE message, under `singer_state`,
 * and in the state backends of Meltano, where the state of an unfinished run lies over the completed one.
 */
export const singerForms: readonly StateForm[] = [
  ({ bookmarks }) => (isObject(bookmarks) ? bookmarkParts(bookmarks) : undefined),
  ({ singer_state: wrapped }, read) => (isObject(wrapped) ? read(wrapped) : undefined),
  (value, read) => {
    const completed = value['completed'] ?? value['completed_state']
    const partial = value['partial'] ?? value['partial_state']
    return isMeltano(completed) || isMeltano(partial) ? read(merged(completed, partial)) : undefined
  },
  // Before the first stream there is nothing but the name of the stream to start with.
  (value) => (Object.keys(value).length === 1 && isScalar(value['currently_syncing']) ? [] : undefined),
]

const isMeltano = (value: unknown): boolean => isObject(value) && (isObject(value['singer_state']) || isObject(value['bookmarks']))

const isScalar = (value: unknown): boolean => value === null || typeof value === 'string'

/** Mappings are merged, all else of `over` replaces what is below it. */
function merged(below: unknown, over: unknown): unknown {
  if (!isObject(below) || !isObject(over)) return over ?? below
  const keys = [...new Set([...Object.keys(below), ...Object.keys(over)])]
  return Object.fromEntries(keys.map((key) => [key, Object.hasOwn(over, key) ? merged(below[key], over[key]) : below[key]]))
}

/** A mapping of streams to bookmarks or states. */
export function bookmarkParts(bookmarks: Fields): readonly Part[] {
  return Object.entries(bookmarks).flatMap(([stream, bookmark]) => partOf(stream, isObject(bookmark) ? cursorState(bookmark) : bookmark))
}

/** Progress of an unfinished run, which the next run drops, and notes about the run. */
const ofTheRun = ['progress_markers', 'starting_replication_value', 'replication_key_signpost']

/**
 * A bookmark as cursors read states. The Singer SDK writes `{replication_key, replication_key_value}`, per partition in
 * `partitions: [{context, …}]`; every other bookmark passes as it is.
 */
export function cursorState(bookmark: Fields): StreamState | undefined {
  const { partitions, replication_key: key, replication_key_value: value, ...others } = bookmark
  const own = Object.entries(others).filter(([name]) => !ofTheRun.includes(name))
  const isOfSdk = typeof key === 'string' || Array.isArray(partitions) || own.length < Object.keys(others).length
  if (!isOfSdk) return bookmark
  const reached = typeof key === 'string' && value !== undefined && value !== null ? { [key]: value } : undefined
  if (!Array.isArray(partitions)) {
    const state = { ...Object.fromEntries(own), ...reached }
    return Object.keys(state).length === 0 ? undefined : state
  }
  const states = partitions.flatMap((entry) => partitionState(entry))
  if (states.length === 0 && !reached) return undefined
  return { ...Object.fromEntries(own), states, ...defined({ state: reached }) }
}

function partitionState(entry: unknown): readonly StreamState[] {
  if (!isObject(entry) || !isObject(entry['context'])) return []
  const { context, ...bookmark } = entry
  const cursor = cursorState(bookmark)
  return cursor === undefined ? [] : [{ partition: context, cursor }]
}
