import type { AccountFilter } from '../framework/index.ts'
import { KNOWN_STATUSES } from './account-status.ts'
import type { AccountKeys } from './postgres-keys.ts'
import { SEED } from './seed-names.ts'

export interface AccountCondition {
  /** Behind `from … a where a.ig_user_id is not null`. */
  readonly where: string
  /** `limit` and `offset`, behind the order. */
  readonly page: string
  readonly values: readonly unknown[]
}

/** The filter as conditions on the columns of the table of accounts, in their types, so that indexes answer them. */
export function accountCondition(
  { provider, statuses, ids, syncedBefore, limit, offset }: AccountFilter,
  keys: AccountKeys,
): AccountCondition {
  const values: unknown[] = []
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const conditions: string[] = []
  if (provider !== undefined) conditions.push(`coalesce(nullif(a.provider::text, ''), '${SEED.provider}') = ${parameter(provider)}::text`)
  if (statuses !== undefined) conditions.push(statusCondition(statuses, parameter))
  if (ids !== undefined) conditions.push(keys.meantAny(parameter(ids)))
  if (syncedBefore !== undefined) {
    conditions.push(`(a.last_synced_at is null or ${keys.synced} <= ${parameter(syncedBefore)}::timestamptz)`)
  }
  const page = [
    ...(limit === undefined ? [] : [`limit ${parameter(limit)}::bigint`]),
    ...(offset === undefined ? [] : [`offset ${parameter(offset)}::bigint`]),
  ]
  return { where: conditions.map((condition) => ` and ${condition}`).join(''), page: page.join(' '), values }
}

/** An account without a status is active; one with a word that this program does not know is passed over as a paused one. */
function statusCondition(statuses: readonly string[], parameter: (value: unknown) => string): string {
  const named = `coalesce(a.status::text, 'active') = any (${parameter(statuses)}::text[])`
  if (!statuses.includes('paused')) return named
  return `(${named} or a.status::text <> all (${parameter(KNOWN_STATUSES)}::text[]))`
}
