import { bytesOf, type Reply } from '../wire/reply.ts'
import type { ActiveFault } from './faults.ts'

/** Bytes and headers as they will go out. */
export interface Payload {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

const BIG = 9_007_199_254_740_993n

/** A count of the API as `big-ints` shows it: 2^53 + 1 more than it was. */
export function bigCount(count: number): string {
  return String(BIG + BigInt(count))
}

/** An id as `big-ints` shows it, when it consists of digits: 20 digits, without quotes. */
export function bigId(id: string): string {
  return `1${id.padStart(19, '80000000000000000')}`
}

/** Turns an answer into bytes and does to them what the faults ask for. */
export function payload(reply: Reply, faults: readonly ActiveFault[]): Payload {
  const start: Payload = { status: reply.status, headers: reply.headers, bytes: bytesOf(reply) }
  return faults.reduce(alter, start)
}

function alter(current: Payload, { fault }: ActiveFault): Payload {
  const { bytes, headers } = current
  switch (fault.kind) {
    case 'truncate':
      return { ...current, bytes: bytes.subarray(0, fault.bytes ?? Math.floor(bytes.length / 2)) }
    case 'bom':
      return { ...current, bytes: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]) }
    case 'invalid-utf8':
      return { ...current, bytes: withBrokenByte(bytes) }
    case 'big-ints':
      return { ...current, bytes: Buffer.from(withBigNumbers(bytes.toString('utf8'))) }
    case 'wrong-content-type':
      return { ...current, headers: { ...headers, 'content-type': fault.contentType ?? 'text/html; charset=utf-8' } }
    case 'header':
      return { ...current, headers: { ...headers, [fault.name]: fault.value } }
    default:
      return current
  }
}

/** Puts 0xFF, which is never UTF-8, into the first message, or else into the first text value. */
function withBrokenByte(bytes: Buffer): Buffer {
  const message = bytes.indexOf('"message":"')
  const at = message >= 0 ? message + 11 : bytes.indexOf('":"') + 3
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at)])
}

function withBigNumbers(text: string): string {
  return text
    .replace(/"id":"(\d+)"/g, (_, id: string) => `"id":${bigId(id)}`)
    .replace(
      /"(value|count|total_count|fan_count|followers_count)":(\d+)/g,
      (_, name: string, count: string) => `"${name}":${bigCount(Number(count))}`,
    )
}
