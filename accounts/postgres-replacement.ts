import type { AccountRegistry, AccountToken, Clock, Query } from '../framework/index.ts'
import { busy, isGone, LOOK_MS, newHolder, overtaken } from './holder.ts'
import type { AccountKeys } from './postgres-keys.ts'
import type { AccountTables } from './postgres-tables.ts'
import { candidateText, readCandidate } from './token-candidate.ts'
import type { TokenCipher } from './token-cipher.ts'

interface Replacement {
  readonly account: { readonly id: string; readonly externalId: string }
  readonly work: Parameters<AccountRegistry['replaceToken']>[1]
  readonly tables: AccountTables
  readonly keys: AccountKeys
  readonly transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>
  readonly cipher: TokenCipher
  readonly clock: Clock
  /** Milliseconds after which the place of a process of another machine may be taken over. */
  readonly holdMs: number
  readonly secret: (value: string) => void
  /** The token as it stands. */
  readonly read: () => Promise<AccountToken>
}

/**
 * The row says who replaces its token. No transaction stays open meanwhile: poolers and servers end idle ones, and a connection that
 * serves one transaction at a time would be stuck.
 */
export async function replaceInPostgres(replacement: Replacement): Promise<AccountToken> {
  const { account, work, tables, keys, transaction, cipher, secret, read } = replacement
  const holder = newHolder()
  const kept = await takePlace(replacement, holder)
  const set = async (assignments: string, values: readonly unknown[] = []): Promise<number> => {
    const statement = `update ${tables.accounts} set ${assignments}, updated_at = now() where ${keys.own} and refresh_holder = $2`
    return (await transaction((query) => query(statement, [account.id, holder, ...values]))).count
  }
  try {
    const current = await read()
    const candidate = kept === undefined ? undefined : readCandidate(cipher.open(kept, account.externalId))
    if (candidate) secret(candidate.accessToken)
    const keep = async (token: AccountToken | undefined): Promise<void> => {
      if (token) secret(token.accessToken)
      const sealed = token && cipher.seal(candidateText(token), account.externalId)
      if ((await set('token_candidate = $3', [sealed ?? null])) === 0) throw overtaken(account.externalId)
    }
    const token = await work({ current, candidate, keep })
    if (token === undefined) return await read()
    secret(token.accessToken)
    const sealed = cipher.seal(token.accessToken, account.externalId)
    const swap = `access_token = $3, token_expires_at = $4, token_created_at = $5, token_candidate = null, refresh_holder = null,
      refresh_until = null, status_reason = case when status = 'needs_login' then null else status_reason end,
      status = case when status = 'needs_login' then 'active' else status end`
    // Overtaken, or done already by a commit whose answer got lost: what stands in the row counts in both cases.
    const written = await set(swap, [sealed, token.expiresAt ?? null, token.createdAt ?? null])
    return written > 0 ? token : await read()
  } finally {
    // When this fails too, the place is free once its time is over; the error of the work is the one to tell.
    await set('refresh_holder = null, refresh_until = null').catch(() => undefined)
  }
}

/** Gives the candidate that stands in the row. */
async function takePlace({ account, tables, keys, transaction, clock, holdMs }: Replacement, holder: string): Promise<string | undefined> {
  const started = clock.monotonic()
  for (;;) {
    const found = await transaction(async (query) => {
      const { rows } = await query(
        `select token_candidate, refresh_holder, coalesce(refresh_until::timestamptz > now(), false) as held
         from ${tables.accounts} where ${keys.own} for update`,
        [account.id],
      )
      const { token_candidate: candidate, refresh_holder: other, held } = rows[0] ?? {}
      const taken = typeof other === 'string' && other !== holder && held === true && !isGone(other)
      if (taken) return { other }
      await query(
        `update ${tables.accounts} set refresh_holder = $2, refresh_until = now() + make_interval(secs => $3) where ${keys.own}`,
        [account.id, holder, holdMs / 1000],
      )
      return { candidate: typeof candidate === 'string' ? candidate : undefined }
    })
    if (!('other' in found)) return found.candidate
    if (clock.monotonic() - started > holdMs) throw busy(account.externalId, found.other ?? '')
    await clock.sleep(LOOK_MS)
  }
}
