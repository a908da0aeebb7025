import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { type Payload, payload } from '../faults/bytes.ts'
import type { Fault } from '../faults/fault.ts'
import type { Exchange } from './exchange.ts'

/**
 * Sends an answer the way its faults want it: late, never, in part, or cut off. Gives the status that left the house, 0 when none
 * did. A stalled answer stays open until the caller or `close()` ends the connection; it is not waited for.
 */
export async function send(response: ServerResponse, done: Exchange, latencyMs: number): Promise<number> {
  const faults = done.faults.map(({ fault }) => fault)
  const delay = faults.reduce((sum, fault) => sum + (fault.kind === 'delay' ? fault.ms : 0), latencyMs)
  if (delay > 0) await wait(delay)
  const out = payload(done.reply, done.faults)
  const cut = faults.find((fault) => fault.kind === 'stall-headers' || fault.kind === 'stall-body' || fault.kind === 'reset')
  if (cut) return sendPart(response, out, cut)
  response.writeHead(out.status, { ...out.headers, 'content-length': out.bytes.length })
  response.end(out.bytes)
  return out.status
}

function sendPart(response: ServerResponse, out: Payload, fault: Fault): number {
  if (fault.kind === 'stall-headers') return 0
  const limit = 'bytes' in fault ? fault.bytes : undefined
  if (fault.kind === 'reset' && (limit ?? 0) === 0) {
    response.socket?.resetAndDestroy()
    return 0
  }
  response.writeHead(out.status, { ...out.headers, 'content-length': out.bytes.length })
  const part = out.bytes.subarray(0, limit ?? Math.floor(out.bytes.length / 2))
  if (part.length === 0) response.flushHeaders()
  else response.write(part, () => fault.kind === 'reset' && resetSoon(response))
  return out.status
}

/** The reset must not overtake the bytes: it follows once they are with the system. */
function resetSoon(response: ServerResponse): void {
  setImmediate(() => response.socket?.resetAndDestroy())
}
