import type { ConnectorError } from '../../errors.ts'
import type { LogLevel, Message, StreamState, StreamStatus, TraceStatusMessage } from '../../protocol/messages.ts'
import type { MessageItem } from '../ports/items.ts'

const item = (message: Message): MessageItem => ({ type: 'message', message })

export function statusItem(stream: string, status: StreamStatus, at: number): MessageItem {
  return streamStatus({ stream_descriptor: { name: stream }, status }, at)
}

/** The stream goes on, once its provider lets it. */
export function rateLimitedItem(stream: string, at: number): MessageItem {
  return streamStatus({ stream_descriptor: { name: stream }, status: 'RUNNING', reasons: [{ type: 'RATE_LIMITED' }] }, at)
}

function streamStatus(stream_status: TraceStatusMessage['trace']['stream_status'], at: number): MessageItem {
  return item({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: at, stream_status } })
}

export function stateItem(stream: string, stream_state: StreamState, recordCount: number): MessageItem {
  return item({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state }, sourceStats: { recordCount } },
  })
}

/** Stack traces are for bugs only: an expected error explains itself. */
export function errorItem(error: ConnectorError, at: number): MessageItem {
  const { stream } = error.context
  const internal = error.cause instanceof Error ? error.cause.message : undefined
  return item({
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Math.trunc(at),
      error: {
        message: error.message,
        internal_message: internal === undefined ? error.code : `${error.code}: ${internal}`,
        ...(error.code === 'ERR_UNEXPECTED' && error.stack ? { stack_trace: error.stack } : {}),
        failure_type: error.failureType,
        ...(stream ? { stream_descriptor: { name: stream } } : {}),
      },
    },
  })
}

export function logItem(level: LogLevel, message: string): MessageItem {
  return item({ type: 'LOG', log: { level, message } })
}
