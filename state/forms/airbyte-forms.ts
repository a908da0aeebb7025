import { isObject } from '../../framework/index.ts'
import { unreadable } from '../document.ts'
import { type Part, partOf, partsOf, type StateForm } from './parsed-state.ts'

type Fields = Readonly<Record<string, unknown>>

/** A field by its name in the protocol (`stream_state`) or in the API of the platform (`streamState`). */
function field(value: Fields, name: string): unknown {
  const camelCase = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
  return Object.hasOwn(value, name) ? value[name] : Object.hasOwn(value, camelCase) ? value[camelCase] : undefined
}

/** Messages of a read that are no state. */
const otherMessages = new Set([
  'RECORD',
  'LOG',
  'TRACE',
  'CONTROL',
  'CATALOG',
  'SPEC',
  'CONNECTION_STATUS',
  'DESTINATION_CATALOG',
  'SCHEMA',
  'ACTIVATE_VERSION',
  'BATCH',
])

/**
 * The forms in which Airbyte writes states: messages of the protocol, what its API answers, what the settings of a connection show for
 * copying, rows of its database. `source` names the file in errors.
 */
export const airbyteForms = (source: string): readonly StateForm[] => [
  // A row of the table `state`.
  (value) => (typeof value['stream_name'] === 'string' ? partOf(value['stream_name'], value['state']) : undefined),
  (value, read) => (typeof value['type'] === 'string' ? messageParts(value, value['type'], { source, read }) : undefined),
  (value, read) => {
    const wrapped = field(value, 'connection_state')
    return isObject(wrapped) || Array.isArray(wrapped) ? read(wrapped) : undefined
  },
  (value, read) => connectionParts(value, { source, read }),
  (value) => (isObject(field(value, 'stream_descriptor')) ? streamParts(value, source) : undefined),
  (value) => (Array.isArray(field(value, 'stream_states')) ? globalParts(value, source) : undefined),
  // Messages without their type.
  (value) =>
    isObject(value['stream']) && isObject(field(value['stream'], 'stream_descriptor')) ? streamParts(value['stream'], source) : undefined,
  (value) =>
    isObject(value['global']) && field(value['global'], 'stream_states') !== undefined ? globalParts(value['global'], source) : undefined,
]

interface Reading {
  readonly source: string
  readonly read: (inner: unknown) => readonly Part[]
}

function messageParts(message: Fields, type: string, { source, read }: Reading): readonly Part[] {
  switch (type.toUpperCase()) {
    case 'STATE':
      return isOldState(message['state']) ? partsOf(message['state'].data) : read(message['state'] ?? message['value'])
    case 'STREAM':
      return streamParts(message['stream'], source)
    case 'GLOBAL':
      return globalParts(message['global'], source)
    case 'LEGACY': {
      const data = message['data'] ?? message['state']
      if (!isObject(data)) throw unreadable(source, 'its LEGACY state has no data')
      return partsOf(data)
    }
  }
  if (otherMessages.has(type)) return []
  throw unreadable(source, `it has a state of unknown type ${JSON.stringify(type)}; known: STREAM, GLOBAL, LEGACY`)
}

/** Before states had types there was nothing but `data`. */
const isOldState = (state: unknown): state is { readonly data: Fields } =>
  isObject(state) && state['type'] === undefined && isObject(state['data'])

/** `{stateType, streamState: […] | globalState: {…} | state: {…}}`, as the API answers, and `{stateType, stateMessages: […]}` of jobs. */
function connectionParts(value: Fields, { source, read }: Reading): readonly Part[] | undefined {
  const type = field(value, 'state_type')
  if (typeof type !== 'string') return undefined
  const messages = field(value, 'state_messages')
  if (Array.isArray(messages)) return read(messages)
  switch (type.toLowerCase()) {
    case 'not_set':
      return []
    case 'stream': {
      const streams = field(value, 'stream_state')
      if (!Array.isArray(streams)) throw unreadable(source, 'its stream states are not a list')
      return streams.flatMap((stream) => streamParts(stream, source))
    }
    case 'global':
      return globalParts(field(value, 'global_state') ?? value['global'], source)
    case 'legacy':
      return read(value['state'] ?? field(value, 'legacy_state') ?? {})
  }
  return undefined
}

function globalParts(global: unknown, source: string): readonly Part[] {
  // Jobs wrap the message once more.
  const value = isObject(global) && isObject(global['global']) ? global['global'] : global
  if (!isObject(value)) throw unreadable(source, 'its GLOBAL state is empty')
  const streams = field(value, 'stream_states')
  if (!Array.isArray(streams)) throw unreadable(source, 'its GLOBAL state has no list of stream_states')
  const shared = field(value, 'shared_state')
  const isShared = isObject(shared) ? Object.keys(shared).length > 0 : shared !== undefined && shared !== null
  const unusable = { unusable: 'its GLOBAL state has a shared state, which no stream of this program can use' }
  return [...(isShared ? [unusable] : []), ...streams.flatMap((stream) => streamParts(stream, source))]
}

function streamParts(stream: unknown, source: string): readonly Part[] {
  const descriptor = isObject(stream) ? field(stream, 'stream_descriptor') : undefined
  const name = isObject(descriptor) ? descriptor['name'] : undefined
  if (!isObject(stream) || typeof name !== 'string') throw unreadable(source, 'a STREAM state does not name its stream')
  return partOf(name, field(stream, 'stream_state'))
}
