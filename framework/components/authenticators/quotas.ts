import type { HttpRequest, HttpResponse } from '../../http/request.ts'
import type { ErrorHandler } from '../../http/resolution.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** What a token has left of a quota. */
export interface QuotaReading {
  readonly remaining: number
  /** Epoch milliseconds. */
  readonly resetAt: number
  readonly limit: number
}

/** A quota that every token has for itself, for the requests that fit. */
export interface TokenQuota {
  readonly name: string
  /** undefined: concerns the requests that no other quota concerns. */
  readonly matches: ((request: HttpRequest) => boolean) | undefined
  /** Reads the answer of the status endpoint. Throws ERR_QUOTA_STATUS for a path that does not exist. */
  read(body: unknown): QuotaReading
  /** What a response says about the quota; undefined where it says nothing. */
  observe(response: HttpResponse): Partial<QuotaReading> | undefined
}
export const TokenQuota = defineFamily<TokenQuota>('TokenQuota', 'A quota that every token of a pool has for itself.')

/** Where tokens are asked what they have left. */
export interface QuotaStatus {
  request(headers: Readonly<Record<string, string>>): HttpRequest
  readonly handler: ErrorHandler
  /** Statuses that mean: there are no quotas here. */
  readonly unavailable: readonly number[]
}
export const QuotaStatus = defineFamily<QuotaStatus>('QuotaStatus', 'Where tokens are asked what they have left of their quotas.')
