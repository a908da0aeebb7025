import { randomUUID } from 'node:crypto'
import { errorBody, type GraphErrorInit } from '../errors.ts'

/** An answer before it becomes bytes. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A JSON value, or bytes that are sent as they are. */
  readonly body: unknown
}

let traces = 0

/** Headers of every answer. The trace ids differ from call to call and mean nothing. */
export function baseHeaders(): Record<string, string> {
  const trace = randomUUID().replaceAll('-', '')
  return {
    'content-type': 'application/json; charset=UTF-8',
    'x-fb-trace-id': trace.slice(0, 11),
    'x-fb-rev': '1029384756',
    'x-fb-debug': trace,
    'cache-control': 'private, no-cache, no-store, must-revalidate',
  }
}

/** The answer for an error. */
export function errorReply(init: GraphErrorInit, headers: Readonly<Record<string, string>> = baseHeaders()): Reply {
  traces++
  return { status: init.status ?? 400, headers: { ...headers, ...init.headers }, body: errorBody(init, traces) }
}

/** The bytes of an answer. */
export function bytesOf({ body }: Reply): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
}
