import type { AccountFilter, Query } from '../framework/index.ts'
import { KNOWN_STATUSES } from './account-filter.ts'
import type { AccountTables } from './postgres-tables.ts'
import { SEED } from './seed-names.ts'

/**
 * How rows are found by an id that is text here and has the type of its column there. Tables may be older than this program, with
 * columns of other types; a comparison in the type of the column is one that its index answers.
 */
export interface AccountKeys {
  /** The account `$1` means, by either id, of a table under this alias ('' or `a.`). */
  meant(alias: '' | 'a.'): string
  /** The accounts `a` that a parameter names, a list of texts, by either id. */
  meantAny(parameter: string): string
  /** When the account `a` was synced, as a point in time. */
  readonly synced: string
  /** The row whose `id` is `$1`. */
  readonly own: string
  /** `$1` is the account's id at the provider. */
  readonly external: string
  /** A row of `user_tokens` belongs to the account `a`. */
  readonly token: string
  /** An entry of the log belongs to the account `$2`. */
  readonly logged: string
}

/** Texts that a column of a type can hold; what does not fit equals no row. */
const patterns: Readonly<Record<string, string>> = {
  smallint: '^[0-9]{1,4}$',
  integer: '^[0-9]{1,9}$',
  bigint: '^[0-9]{1,18}$',
  numeric: '^[0-9]{1,40}$',
  uuid: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
}
const texts = new Set(['text', 'character varying'])
const times = new Set(['timestamp with time zone', 'timestamp without time zone'])

export async function accountKeys(query: Query, tables: AccountTables): Promise<AccountKeys> {
  const [accounts, userTokens, logs] = [
    await typesOf(query, tables.accounts),
    await typesOf(query, tables.userTokens),
    await typesOf(query, tables.syncLogs),
  ]
  const [id, external] = [accounts.get('id'), accounts.get('ig_user_id')]
  const own = equals('id', id, '$1')
  return {
    meant: (alias) => `(${equals(`${alias}id`, id, '$1')} or ${equals(`${alias}ig_user_id`, external, '$1')})`,
    meantAny: (parameter) => `(${equalsAny('a.id', id, parameter)} or ${equalsAny('a.ig_user_id', external, parameter)})`,
    synced: times.has(accounts.get('last_synced_at') ?? '') ? 'a.last_synced_at' : 'a.last_synced_at::timestamptz',
    own,
    external: equals('a.ig_user_id', external, '$1'),
    token: userTokens.get('account_id') === external ? 'account_id = a.ig_user_id' : 'account_id::text = a.ig_user_id::text',
    logged: equals('account_id', logs.get('account_id'), '$2'),
  }
}

function equals(column: string, type: string | undefined, parameter: string): string {
  if (type !== undefined && texts.has(type)) return `${column} = ${parameter}::text`
  const pattern = type === undefined ? undefined : patterns[type]
  if (pattern === undefined) return `${column}::text = ${parameter}::text`
  // A constant to the planner: the cast is not tried on a text that does not fit.
  return `${column} = (case when ${parameter}::text ~* '${pattern}' then ${parameter}::text::${type} end)`
}

function equalsAny(column: string, type: string | undefined, parameter: string): string {
  if (type !== undefined && texts.has(type)) return `${column} = any (${parameter}::text[])`
  const pattern = type === undefined ? undefined : patterns[type]
  if (pattern === undefined) return `${column}::text = any (${parameter}::text[])`
  const fitting = `select case when named ~* '${pattern}' then named::${type} end from unnest(${parameter}::text[]) as named`
  return `${column} = any (array(${fitting}))`
}

async function typesOf(query: Query, table: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await query(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [table],
  )
  return new Map(rows.map(({ name, type }) => [String(name), String(type)]))
}

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
