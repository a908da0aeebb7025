import { ConnectorError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { datetimeOfEpochMs, parseDatetime, parseIso } from '../../template/python/datetime.ts'

const MAX_DEPTH = 5

/** The first value of that name, at any depth up to five, in the order of the body; undefined when there is none. */
export function findValue(body: unknown, name: string, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined
  if (isNode(body) && Object.hasOwn(body, name)) return body[name] ?? undefined
  const inner = Array.isArray(body) ? body : isNode(body) ? Object.values(body) : []
  for (const value of inner) {
    const found = typeof value === 'object' ? findValue(value, name, depth + 1) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

export interface ExpiryOptions {
  /** Epoch milliseconds. */
  readonly now: number
  /** Set where the provider tells a date instead of seconds. */
  readonly format: string | undefined
}

/** Epoch milliseconds at which a token expires, from what the provider said. Throws ConnectorError for what is neither. */
export function expiryOf(value: unknown, { now, format }: ExpiryOptions): number {
  if (format !== undefined) return momentOf(value, format)
  const seconds = Math.trunc(Number(String(value)))
  if (!Number.isNaN(seconds)) return now + seconds * 1000
  throw new ConnectorError('ERR_TOKEN_EXPIRY', `the token endpoint answered with the lifetime '${String(value)}', which is not a number`)
}

/** Epoch milliseconds of a date: in `format` when one is given and fits, else epoch seconds or ISO-8601. */
export function momentOf(value: unknown, format?: string): number {
  const text = String(value)
  const readers = [
    ...(format === undefined ? [] : [() => parseDatetime(text, format)]),
    () => (/^\d{1,10}$/.test(text) ? datetimeOfEpochMs(Number(text) * 1000) : parseIso(text.trim().replace(' ', 'T'))),
  ]
  let failure: unknown
  for (const read of readers) {
    try {
      return read().timestamp * 1000
    } catch (thrown) {
      failure = thrown
    }
  }
  throw new ConnectorError('ERR_TOKEN_EXPIRY', `'${text}' is not a date at which a token can expire`, { cause: failure })
}
