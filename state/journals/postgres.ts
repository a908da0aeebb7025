import { randomUUID } from 'node:crypto'
import {
  type ActionJournal,
  type ActionRecord,
  actionFenced,
  byNewest,
  type Clock,
  heartbeatOf,
  inProgress,
  LEASE_MS,
  type ListedAction,
  openPostgres,
  type PostgresDatabase,
  type Query,
  quoted,
} from '../../framework/index.ts'
import { describeSelf, isAlive, readHolder } from '../holder.ts'
import { readRecord, recordText } from './record.ts'

export interface PostgresJournalOptions {
  readonly clock: Clock
  /** Milliseconds without a sign of life after which a claim counts as dead; five minutes. */
  readonly staleAfter?: number
}

interface Store {
  readonly database: PostgresDatabase
  readonly table: string
  readonly clock: Clock
  readonly staleAfter: number
  /** Makes the table first, once. */
  run<T>(work: (query: Query) => Promise<T>): Promise<T>
}

/** Keeps actions in PostgreSQL, a row for each key in `_connector_actions`, made by the first use. */
export async function postgresJournal(url: string, { clock, staleAfter = LEASE_MS }: PostgresJournalOptions): Promise<ActionJournal> {
  const database = await openPostgres(url, { clock })
  const table = `${quoted(database.schema)}."_connector_actions"`
  let made: Promise<void> | undefined
  const run = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    made ??= makeTable(database, table)
    await made
    return database.transaction(work)
  }
  const store: Store = { database, table, clock, staleAfter, run }
  return {
    claim: (key) => claim(key, store),
    show: async (key) => (await select(store, 'where key = $1', [stored(key)]))[0],
    list: async (account) => {
      const found = account === undefined ? await select(store, '', []) : await select(store, 'where account = $1', [stored(account)])
      return [...found].sort(byNewest)
    },
    close: () => database.close(),
  }
}

function makeTable(database: PostgresDatabase, table: string): Promise<void> {
  return database.transaction(async (query) => {
    await query(`select pg_advisory_xact_lock(hashtext('connector actions'))`)
    const { rows } = await query('select 1 from pg_namespace where nspname = $1', [database.schema])
    if (rows.length === 0) await query(`create schema if not exists ${quoted(database.schema)}`)
    await query(`create table if not exists ${table} (
      key text primary key, account text, state text, updated_at text, record text, token bigint not null default 0, holder text, heartbeat bigint)`)
  })
}

async function claim(key: string, store: Store) {
  const { table, clock, staleAfter, run } = store
  // A transaction whose answer got lost is done again and finds itself by its ticket.
  const ticket = randomUUID()
  const { token, text } = await run((query) => takeClaim(query, { key, ticket, store }))
  const own = 'where key = $1 and token = $2'
  const beat = () => run((query) => query(`update ${table} set heartbeat = $3 ${own}`, [stored(key), token, Math.trunc(clock.now())]))
  // A failed sign of life needs no report of its own: at worst the claim is taken over, and then the next write fails.
  const timer = setInterval(() => beat().catch(() => undefined), heartbeatOf(staleAfter))
  timer.unref()
  return {
    found: text === null ? undefined : readRecord(text, `${store.database.place} (${key})`),
    write: async (record: ActionRecord) => {
      const values = [
        stored(key),
        token,
        stored(record.account),
        record.state,
        record.updatedAt,
        recordText(record),
        Math.trunc(clock.now()),
      ]
      const update = `update ${table} set account = $3, state = $4, updated_at = $5, record = $6, heartbeat = $7 ${own}`
      if ((await run((query) => query(update, values))).count === 0) throw actionFenced(key)
    },
    release: async () => {
      clearInterval(timer)
      await run((query) => query(`update ${table} set holder = null ${own}`, [stored(key), token]))
    },
  }
}

interface Ticket {
  readonly key: string
  readonly ticket: string
  readonly store: Store
}

async function takeClaim(query: Query, { key, ticket, store }: Ticket): Promise<{ readonly token: number; readonly text: string | null }> {
  const { table, clock } = store
  const name = stored(key)
  await query(`insert into ${table} (key) values ($1) on conflict do nothing`, [name])
  const { rows } = await query(`select token, record, holder, heartbeat from ${table} where key = $1 for update`, [name])
  const { token: last, record, holder: text, heartbeat } = rows[0] ?? {}
  const held = readHeld(text)
  if (held && held.ticket !== ticket && isAlive(held.holder, { heartbeat: Number(heartbeat), now: store.clock.now() })) {
    throw inProgress(key, `process ${held.holder.pid} on ${held.holder.host} since ${held.holder.since}`)
  }
  const token = Number(last) + 1
  const self = JSON.stringify({ ...describeSelf('action', store), ticket })
  await query(`update ${table} set token = $2, holder = $3, heartbeat = $4 where key = $1`, [name, token, self, Math.trunc(clock.now())])
  return { token, text: typeof record === 'string' ? record : null }
}

function readHeld(text: unknown) {
  if (typeof text !== 'string') return undefined
  const value: unknown = JSON.parse(text)
  const holder = readHolder(value)
  const ticket = typeof value === 'object' && value !== null && 'ticket' in value ? value.ticket : undefined
  return holder && { holder, ticket }
}

async function select(store: Store, where: string, values: readonly string[]): Promise<readonly ListedAction[]> {
  const { rows } = await store.run((query) => query(`select record, holder, heartbeat from ${store.table} ${where}`, values))
  return rows.flatMap(({ record, holder, heartbeat }) => {
    // A claim that never wrote leaves a row without a record.
    if (typeof record !== 'string') return []
    const held = readHeld(holder)
    return [
      {
        ...readRecord(record, store.database.place),
        held: held !== undefined && isAlive(held.holder, { heartbeat: Number(heartbeat), now: store.clock.now() }),
      },
    ]
  })
}

/** PostgreSQL has no U+0000 in texts: texts with one, or with a lone surrogate, are kept as JSON. */
const stored = (text: string): string =>
  !text.startsWith('"') && !text.includes('\u0000') && text.isWellFormed() ? text : JSON.stringify(text)
