import {
  type AccountRecord,
  type AccountRegistry,
  type Clock,
  ConfigError,
  defined,
  openPostgres,
  readReference,
  resolveReference,
  type SecretStores,
  type TokenProvider,
} from '../framework/index.ts'
import { accountTables, migrateAccountTables } from './postgres-tables.ts'
import { IMPORT_COLUMNS as COLUMNS, SEED } from './seed-names.ts'
import { isSealed } from './token-cipher.ts'
import { loginNamed, providerOf } from './token-providers.ts'

/** A row of another program's list; names of columns as it has them. */
export type ImportRow = Readonly<Record<string, unknown>>

export interface ImportOptions {
  readonly registry: AccountRegistry
  readonly stores: SecretStores
  readonly secret: (value: string) => void
  /** Whose accounts a row may be. */
  readonly providers: readonly TokenProvider[]
  /** Of rows that do not tell it, by a column or by the form of the token. */
  readonly login?: string
}

/** What became of a row; its `place` is counted from 1. */
export type ImportOutcome =
  | { readonly place: number; readonly account: AccountRecord }
  | { readonly place: number; readonly error: ConfigError }

/** Saves the rows one by one. A row that cannot be used is reported and does not stop the others; its values are not repeated. */
export async function importAccounts(rows: readonly ImportRow[], options: ImportOptions): Promise<readonly ImportOutcome[]> {
  const outcomes: ImportOutcome[] = []
  for (const [index, row] of rows.entries()) {
    const place = index + 1
    try {
      outcomes.push({ place, account: await importRow(row, place, options) })
    } catch (thrown) {
      if (!(thrown instanceof ConfigError) || thrown.code === 'ERR_ACCOUNTS_KEY_MISSING') throw thrown
      outcomes.push({ place, error: thrown })
    }
  }
  return outcomes
}

async function importRow(row: ImportRow, place: number, options: ImportOptions): Promise<AccountRecord> {
  const { registry, stores, secret } = options
  const externalId = cell(row, 'id')
  const text = cell(row, 'token')
  if (externalId === undefined) throw wrong(place, `it names no account (${COLUMNS.id.join(', ')})`)
  if (text === undefined) throw wrong(place, `it has no token (${COLUMNS.token.join(', ')})`)
  const isReference = readReference(text, stores) !== undefined
  const accessToken = isReference ? await resolveReference(text, `row ${place}`, stores) : text
  secret(accessToken)
  if (/\s/.test(accessToken) || accessToken.length < 8 || isSealed(accessToken)) throw wrong(place, 'its token has not the form of one')
  const { provider, login } = whose(row, accessToken, options)
  // Numbers beyond 2^53 have lost digits before they came here.
  if ((provider === SEED.provider && !SEED.idForm.test(externalId)) || !Number.isNaN(unsafe(row)))
    throw wrong(place, 'the id of its account must be a whole number written as text')
  const priority = cell(row, 'priority')
  if (priority !== undefined && !/^\d{1,6}$/.test(priority)) throw wrong(place, 'its priority must be a whole number')
  const owner = cell(row, 'owner')
  const account = {
    externalId,
    provider,
    login,
    name: cell(row, 'name') ?? (await registry.find(externalId))?.name ?? externalId,
    ...defined({ owner }),
    ...(priority === undefined ? {} : { priority: Number(priority) }),
    ...(isReference ? { tokenReference: text } : {}),
  }
  return registry.save(account, { accessToken, createdAt: time(row, 'created', place), expiresAt: time(row, 'expires', place) })
}

function cell(row: ImportRow, column: keyof typeof COLUMNS): string | undefined {
  const name = COLUMNS[column].find((known) => Object.hasOwn(row, known) && row[known] !== null && row[known] !== '')
  const value = name === undefined ? undefined : row[name]
  if (value instanceof Date) return value.toISOString()
  return value === undefined ? undefined : String(value).trim()
}

/** The id when it came as a number that cannot be trusted; NaN otherwise. */
function unsafe(row: ImportRow): number {
  const value = COLUMNS.id.map((name) => row[name]).find((found) => typeof found === 'number')
  return typeof value === 'number' && !Number.isSafeInteger(value) ? value : Number.NaN
}

/** By the form of the token, by the columns, or as it was given. Throws ConfigError ERR_PROVIDER_UNKNOWN, ERR_LOGIN_UNKNOWN. */
function whose(row: ImportRow, token: string, { providers, login: given }: ImportOptions): Pick<AccountRecord, 'provider' | 'login'> {
  const named = cell(row, 'provider')
  const possible = named === undefined ? providers : [providerOf(providers, named)]
  for (const { name: provider, loginOf } of possible) {
    const login = loginOf(token)
    if (login !== undefined) return { provider, login }
  }
  const word = cell(row, 'login')?.toLowerCase()
  const all = possible.flatMap(({ name: provider, logins }) => logins.map(({ name: login }) => ({ provider, login })))
  const written = word === undefined ? undefined : all.find(({ login }) => word.startsWith(login))
  if (written) return written
  if (given !== undefined) return { provider: loginNamed(possible, given).provider.name, login: given }
  return named === undefined ? { provider: SEED.provider, login: SEED.login } : (all[0] ?? { provider: named, login: '' })
}

function time(row: ImportRow, column: 'created' | 'expires', place: number): string | undefined {
  const text = cell(row, column)
  if (text === undefined || text === '0') return undefined
  // Seconds since 1970, as the API tells them.
  const at = /^\d{9,11}$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  if (Number.isNaN(at)) throw wrong(place, `its ${COLUMNS[column][0]} must be a time`)
  return new Date(at).toISOString()
}

const wrong = (place: number, reason: string): ConfigError =>
  new ConfigError('ERR_IMPORT_ROW', `row ${place} cannot be imported: ${reason}`)

/** The newest token of each account in the table `user_tokens` of a database. */
export async function readUserTokens(url: string, { clock }: { readonly clock: Clock }): Promise<readonly ImportRow[]> {
  const database = await openPostgres(url, { clock })
  try {
    await migrateAccountTables(database)
    const { userTokens } = accountTables(database.schema)
    const { rows } = await database.transaction(async (query) => {
      await query(`set local time zone 'UTC'`)
      return query(
        `select distinct on (account_id) account_id::text as account_id, u_id::text as u_id, platform, access_token,
           expires_at::timestamptz as expires_at
         from ${userTokens} where account_id is not null order by account_id, expires_at desc nulls last, token_id desc`,
      )
    })
    return rows
  } finally {
    await database.close()
  }
}
