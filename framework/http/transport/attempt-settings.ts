import type { HttpRequest } from '../request.ts'
import type { BodyLimits } from './compression.ts'
import type { Origins } from './origin.ts'

/** Milliseconds that each phase of an attempt may take. */
export interface Timeouts {
  readonly dns: number
  readonly connect: number
  readonly tls: number
  readonly send: number
  /** From the last byte sent to the headers of the answer. */
  readonly headers: number
  /** Without a byte while the body arrives. */
  readonly bodyIdle: number
  /** The whole attempt. */
  readonly request: number
}

const PHASE_MS = 30_000
export const DEFAULT_TIMEOUTS: Timeouts = {
  dns: PHASE_MS,
  connect: PHASE_MS,
  tls: PHASE_MS,
  send: PHASE_MS,
  headers: PHASE_MS,
  bodyIdle: PHASE_MS,
  request: PHASE_MS,
}

export interface AttemptSettings {
  readonly origins: Origins
  readonly timeouts: Timeouts
  readonly limits: BodyLimits
  readonly userAgent: string
  readonly redact: (text: string) => string
}

export interface AttemptOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds left of the run; shortens the time for the whole attempt. */
  readonly millisecondsLeft?: number | undefined
  /** Told the size of the body as received, before decompression. */
  readonly onBytes?: (bytes: number) => void
}

/** One request under way, with everything that it may need. */
export interface Exchange {
  readonly request: HttpRequest
  readonly url: URL
  readonly settings: AttemptSettings
  readonly options: AttemptOptions
}
