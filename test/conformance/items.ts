import type { Item, Message, MessageItem, PageItem, Row, StreamInfo, StreamState, StreamStatus } from '../../framework/index.ts'

export const emittedAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

export function streamInfo(name: string, changes: Partial<StreamInfo> = {}): StreamInfo {
  const [kind = name, accountId] = name.split('__')
  return { name, kind, accountId, primaryKey: [['id']], cursorField: undefined, schema: { type: 'object' }, ...changes }
}

export const page = (stream: StreamInfo, rows: readonly Row[]): PageItem => ({ type: 'page', stream, rows, emittedAt })

export const message = (content: Message): MessageItem => ({ type: 'message', message: content })

export const state = (stream: string, stream_state: StreamState): Item =>
  message({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state }, sourceStats: { recordCount: 1 } },
  })

export const status = (stream: string, value: StreamStatus): Item =>
  message({
    type: 'TRACE',
    trace: { type: 'STREAM_STATUS', emitted_at: emittedAt, stream_status: { stream_descriptor: { name: stream }, status: value } },
  })
