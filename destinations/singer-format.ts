import { type ConnectionState, isOwnKey, type Message, type PageItem, type StreamInfo } from '../framework/index.ts'
import { exactRows } from './exact-numbers.ts'
import { type OutputFormat, type Redact, redacted } from './format.ts'
import { jsonText, rowText } from './json-text.ts'

/**
 * Singer: SCHEMA before the first RECORD of a stream (and at its start, so that empty tables exist), RECORD, STATE.
 * A STATE of Singer is the state of all streams; those that this run does not touch are taken from `state`.
 * LOG and TRACE have no place in Singer and go to stderr only.
 */
export function singerFormat(redact: Redact, state: ConnectionState = {}): OutputFormat {
  const streams = new Map<string, StreamInfo>()
  const announced = new Map<string, string>()
  const bookmarks = new Map(
    Object.entries(state)
      .filter(([name]) => !isOwnKey(name))
      .map(([name, value]) => [name, bookmark(name, value, redact)]),
  )

  /** The schema, unless the target knows it already. It may change during a run when a new field turns up. */
  const announce = (stream: StreamInfo): string => {
    const line = schemaLine(stream)
    if (announced.get(stream.name) === line) return ''
    announced.set(stream.name, line)
    return line
  }

  return {
    // Targets merge by the key that SCHEMA says.
    writes: ['append', 'merge'],
    open(run) {
      for (const stream of run.streams) streams.set(stream.name, stream)
      return ''
    },
    page(page) {
      const known = streams.get(page.stream.name) === page.stream && announced.has(page.stream.name)
      streams.set(page.stream.name, page.stream)
      return (known ? '' : announce(page.stream)) + recordLines(page)
    },
    message(message) {
      const started = startedStream(message)
      const stream = started === undefined ? undefined : streams.get(started)
      if (stream) return announce(stream)
      if (message.type !== 'STATE') return ''
      const { stream_descriptor, stream_state } = message.state.stream
      bookmarks.set(stream_descriptor.name, bookmark(stream_descriptor.name, stream_state, redact))
      return `{"type":"STATE","value":{"bookmarks":{${[...bookmarks.values()].join(',')}}}}\n`
    },
  }
}

const bookmark = (name: string, value: unknown, redact: Redact): string => `${JSON.stringify(name)}:${jsonText(redacted(value, redact))}`

function startedStream(message: Message): string | undefined {
  if (message.type !== 'TRACE' || message.trace.type !== 'STREAM_STATUS') return undefined
  const { status, stream_descriptor } = message.trace.stream_status
  return status === 'STARTED' ? stream_descriptor.name : undefined
}

function schemaLine({ name, schema, primaryKey: declared, cursorField, write }: StreamInfo): string {
  // Targets merge by the key that they are told.
  const primaryKey = write?.mode === 'append' ? [] : declared
  // Singer knows top-level keys only; part of a key would merge records that differ.
  const topLevel = primaryKey.every((path) => path.length === 1)
  const key_properties = topLevel ? primaryKey.flat() : []
  const bookmark_properties = cursorField === undefined ? [] : [cursorField]
  return `${jsonText({ type: 'SCHEMA', stream: name, schema, key_properties, bookmark_properties })}\n`
}

function recordLines(page: PageItem): string {
  const { stream, emittedAt } = page
  const before = `{"type":"RECORD","stream":${jsonText(stream.name)},"record":`
  const after = `,"time_extracted":"${new Date(emittedAt).toISOString()}"}\n`
  let text = ''
  for (const row of exactRows(page)) text += before + rowText(row) + after
  return text
}
