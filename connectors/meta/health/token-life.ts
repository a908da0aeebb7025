import type { Observation } from '../../../framework/components/checks/check.ts'
import type { HttpResponse } from '../../../framework/http/request.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { lacking, ownerOf, type TokenFacts } from './token-facts.ts'

/** A token that was renewed today lives for 60 days at most: whoever asks for 90 would be warned every day. */
const TOKEN_DAYS = 14

export interface TokenUse {
  readonly facts: TokenFacts
  /** The answer to `/me`. */
  readonly me: HttpResponse
  readonly now: number
  readonly days: number
}

export function observeToken({ facts, me, now, days }: TokenUse): Observation {
  const { kind, expiresAt } = facts
  const left = expiresAt === undefined || expiresAt === 0 ? undefined : Math.floor((expiresAt * 1000 - now) / DAY_MS)
  const ends = left !== undefined && left <= Math.min(days, TOKEN_DAYS)
  const life =
    left === undefined ? (expiresAt === 0 ? 'never expires' : 'the host does not tell when it expires') : `expires ${inDays(left)}`
  return {
    check: 'token',
    status: ends ? 'warning' : 'ok',
    summary: `${kind} token of ${ownerOf(me)}, ${life}${ends ? ': renew it' : ''}`,
    facts: { kind, expires_at: timeText(expiresAt), never_expires: expiresAt === 0, days_left: left ?? null },
  }
}

/** Consent to read runs out 90 days after the person last used the app; scopes of Pages and businesses are exempt from that. */
export const bindsConsent = (scope: string): boolean => scope.startsWith('instagram_')

export function observeDataAccess({ dataAccessExpiresAt: end }: TokenFacts, now: number, days: number): readonly Observation[] {
  if (end === undefined || end === 0) return []
  const left = Math.floor((end * 1000 - now) / DAY_MS)
  const ends = left <= Math.min(days, TOKEN_DAYS)
  const summary = `consent to read Instagram data ${left < 0 ? 'ran out' : `runs out ${inDays(left)}`}${ends ? ': the person has to log in again' : ''}`
  return [{ check: 'data_access', status: ends ? 'warning' : 'ok', summary, facts: { expires_at: timeText(end), days_left: left } }]
}

/** A missing scope that is only useful is mentioned and no cause for concern: it may be left out on purpose. */
export function observeScopes(facts: TokenFacts, required: readonly string[], useful: readonly string[]): Observation {
  const missing = lacking(facts, required)
  const less = lacking(facts, useful)
  const parts = [
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(less.length > 0 ? [`reads less without ${less.join(', ')}`] : []),
  ]
  const fine = facts.scopes === undefined ? 'the host does not tell them; reading works' : 'all there'
  return {
    check: 'scopes',
    status: missing.length > 0 ? 'error' : 'ok',
    summary: parts.length > 0 ? parts.join('; ') : fine,
    facts: { granted: facts.scopes ? [...facts.scopes] : null, missing: [...missing], missing_useful: [...less] },
  }
}

const inDays = (left: number): string => (left < 1 ? 'in less than a day' : `in ${left} day${left === 1 ? '' : 's'}`)

function timeText(seconds: number | undefined): string | null {
  return seconds === undefined || seconds === 0 ? null : new Date(seconds * 1000).toISOString()
}
