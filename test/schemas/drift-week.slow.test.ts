import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type ReadResult, read } from '../../compose/index.ts'
import { type DriftReport, openPostgres, quoted, type Row, systemClock } from '../../framework/index.ts'
import type { PostFacts } from '../../sandbox/data/posts.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { changeText } from '../../schemas/compare.ts'
import { type Verb, verbs } from '../../schemas/contract.ts'
import { openStateRegistry } from '../../state/open.ts'
import { temporaryFolder } from '../cli/run.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { sandboxClock } from '../connectors/harness.ts'

const lastDay = 8
const noonOf = (day: number): string => `2026-11-0${day}T12:00:00Z`

/** On day 3 a field appears, on day 5 one changes its type, on day 7 one is gone. */
async function openSandbox(): Promise<Sandbox> {
  const sandbox = await startSandbox({ now: noonOf(1), pages: 1, days: 30, posts: 60 })
  onTestFinished(() => sandbox.close())
  const match = { route: 'GET /{page}/published_posts' }
  sandbox.faults.add({ kind: 'reshape', match, field: 'mood', change: 'appears', value: 'calm', from: '2026-11-03' })
  sandbox.faults.add({ kind: 'reshape', match, field: 'is_hidden', change: 'text', from: '2026-11-05' })
  sandbox.faults.add({ kind: 'reshape', match, field: 'status_type', change: 'gone', from: '2026-11-07' })
  return sandbox
}

interface Place {
  readonly folder: string
  readonly postgres: string
}

async function readWeek(verb: Verb, { folder, postgres }: Place) {
  const sandbox = await openSandbox()
  const days: ReadResult[] = []
  for (let day = 1; day <= lastDay; day++) {
    sandbox.clock.set(noonOf(day))
    const result = await read({
      connector: 'facebook_pages',
      config: { access_token: 'sandbox-user-token', start_date: '2026-10-05', base_url: sandbox.url, lookback_days: 0 },
      select: ['posts'],
      state: `file:${join(folder, 'state')}`,
      schemas: `file:${join(folder, 'schemas')}`,
      onDrift: [verb],
      deadLetters: join(folder, 'dead'),
      output: [`jsonl:${join(folder, 'data')}`, `duckdb:${join(folder, 'data.duckdb')}`, postgres],
      clock: sandboxClock(sandbox, []),
    })
    days.push(result)
  }
  return { sandbox, days }
}

/** What the API sends of a post on a day. */
function sentOn(day: number, { id, created, kind }: PostFacts): Row {
  return {
    id,
    created_time: new Date(created).toISOString().replace('.000Z', '+00:00'),
    is_hidden: day < 5 ? false : 'false',
    ...(day < 7 ? { status_type: kind } : {}),
    ...(day < 3 ? {} : { mood: 'calm' }),
  }
}

/** The rows of each day: those after the newest of the day before, which comes once more. Newest first. */
function sentRows(sandbox: Sandbox): readonly (readonly Row[])[] {
  const [page = ''] = sandbox.truth.pages()
  let since = Date.parse('2026-10-05')
  return Array.from({ length: lastDay }, (_, index) => {
    const until = Date.parse(noonOf(index + 1))
    const found = sandbox.truth.posts(page).filter(({ created }) => created >= since && created <= until)
    since = Math.max(since, ...found.map(({ created }) => created))
    return found.map((post) => sentOn(index + 1, post)).reverse()
  })
}

const fields = ['id', 'created_time', 'is_hidden', 'status_type', 'mood']
const some = (row: Row): Row => Object.fromEntries(fields.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]))
const without = (row: Row, name: string): Row => Object.fromEntries(Object.entries(row).filter(([field]) => field !== name))

/** What each verb lets through of the rows of a day. */
const kept: Readonly<Record<Verb, (day: number, rows: readonly Row[]) => readonly Row[]>> = {
  evolve: (_, rows) => rows,
  freeze: (day, rows) => (day < 3 ? rows : []),
  discard_row: (day, rows) => (day < 3 ? rows : []),
  discard_value: (day, rows) => rows.map((row) => without(day < 5 ? row : without(row, 'is_hidden'), 'mood')),
}

const mood = 'mood added (additive): string'
const hidden = 'is_hidden type widened (breaking): boolean or null → boolean or string or null'
const gone = (rows: number) => `status_type removed (breaking): in none of the ${rows} rows, in all before`

/** The reports of the days, one line per change and verb, a change in a row of the API with the day of that row. */
const reports: Readonly<Record<Verb, Readonly<Record<number, readonly string[]>>>> = {
  evolve: {
    3: ['posts 1 → 2', `evolve ${mood} @3`],
    5: ['posts 2 → 3', `evolve ${hidden} @5`],
    7: ['posts 3 → 4', `evolve ${gone(3)}`],
  },
  freeze: {
    3: ['posts 1 → null', `freeze ${mood} @3`],
    4: ['posts 1 → null', `freeze ${mood} @4`],
    5: ['posts 1 → null', `freeze ${hidden} @5`, `freeze ${mood} @5`],
    6: ['posts 1 → null', `freeze ${hidden} @6`, `freeze ${mood} @6`],
    7: ['posts 1 → null', `freeze ${hidden} @7`, `freeze ${mood} @7`],
    8: ['posts 1 → null', `freeze ${hidden} @8`, `freeze ${mood} @8`],
  },
  discard_row: {
    3: ['posts 1 → 1, 3 rows and 0 values', `discard_row ${mood} @3`],
    4: ['posts 1 → 1, 3 rows and 0 values', `discard_row ${mood} @4`],
    5: ['posts 1 → 1, 3 rows and 0 values', `discard_row ${hidden} @5`, `discard_row ${mood} @5`],
    6: ['posts 1 → 1, 3 rows and 0 values', `discard_row ${hidden} @6`, `discard_row ${mood} @6`],
    7: ['posts 1 → 2, 3 rows and 0 values', `discard_row ${hidden} @7`, `discard_row ${mood} @7`, `evolve ${gone(3)}`],
    8: ['posts 2 → 2, 3 rows and 0 values', `discard_row ${hidden} @8`, `discard_row ${mood} @8`],
  },
  discard_value: {
    3: ['posts 1 → 1, 0 rows and 3 values', `discard_value ${mood} @3`],
    4: ['posts 1 → 1, 0 rows and 3 values', `discard_value ${mood} @4`],
    5: ['posts 1 → 1, 0 rows and 6 values', `discard_value ${hidden} @5`, `discard_value ${mood} @5`],
    6: ['posts 1 → 1, 0 rows and 6 values', `discard_value ${hidden} @6`, `discard_value ${mood} @6`],
    7: ['posts 1 → 2, 0 rows and 6 values', `discard_value ${hidden} @7`, `discard_value ${mood} @7`, `evolve ${gone(3)}`],
    8: ['posts 2 → 2, 0 rows and 6 values', `discard_value ${hidden} @8`, `discard_value ${mood} @8`],
  },
}

function reportLines({ stream, from_version, to_version, changes, ...discarded }: DriftReport): readonly string[] {
  const { discarded_rows, discarded_values, dead_letters } = discarded
  const letters = dead_letters === undefined ? '' : `, ${discarded_rows} rows and ${discarded_values} values`
  const dayOf = (record: string) => ` @${Number(/"created_time":"2026-11-(\d\d)/.exec(record)?.[1])}`
  const lines = changes.map(({ verb, record, ...change }) => `${verb} ${changeText(change)}${record === undefined ? '' : dayOf(record)}`)
  return [`${stream} ${from_version} → ${to_version}${letters}`, ...lines]
}

const declared = [
  ...['attachments', 'comments', 'created_time', 'full_picture', 'id', 'is_hidden', 'is_published', 'message', 'page_id', 'permalink_url'],
  ...['reactions', 'shares', 'status_type', 'story', 'updated_time'],
]
const own = ['_extra', '_run_id', '_stream', '_synced_at']

function linesOf(folder: string, name: string): readonly Row[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((file) => file.startsWith(name))
  return files.flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n')).map((line): Row => JSON.parse(line))
}

describe('a week in which the API changes its rows', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  it.each(verbs)('is written, reported and tabled exactly under %s', { timeout: 90_000 }, async (verb) => {
    const folder = temporaryFolder()
    const postgres = server.freshUrl()
    const { sandbox, days } = await readWeek(verb, { folder, postgres })
    const sent = sentRows(sandbox)
    const through = sent.map((rows, index) => kept[verb](index + 1, rows))

    expect(days.map(({ summary }) => summary.exit_code)).toEqual(sent.map((_, index) => (verb === 'freeze' && index >= 2 ? 1 : 0)))
    const told = days.map(({ summary }) => (summary.drift ?? []).flatMap(reportLines))
    expect(told).toEqual(sent.map((_, index) => reports[verb][index + 1] ?? []))
    // The log of runs, the warnings and `schema diff` say the same.
    const registry = await openStateRegistry(`file:${join(folder, 'state')}`, { clock: sandboxClock(sandbox, []) })
    const runs = (await registry.runs.list('facebook_pages')).toReversed()
    expect(runs.map(({ drift }) => drift)).toEqual(days.map(({ summary }) => summary.drift))
    await registry.close()
    // From day 5 on, values of `is_hidden` do not fit the column of the tables.
    const warned = days.map(({ summary }) => summary.warnings.map(({ code }) => code === 'ERR_VALUE_MISFIT'))
    expect(warned.map((misfits) => misfits.filter((isMisfit) => !isMisfit).length)).toEqual(told.map((lines) => Math.min(1, lines.length)))
    expect(warned.map((misfits) => misfits.includes(true))).toEqual(sent.map((_, index) => verb === 'evolve' && index >= 4))

    expect(linesOf(join(folder, 'data'), 'posts').map(some)).toEqual(through.flat().map(some))
    const letters = linesOf(join(folder, 'dead'), 'facebook_pages').map(({ row, path, verb: what }) => [what, path, some(row as Row)])
    expect(letters).toEqual(sent.flatMap((rows, index) => rows.flatMap((row) => lettersOf(verb, index + 1, row))))

    const latest = new Map(through.flat().map((row) => [String(row['id']), row]))
    const expected = [...latest.values()].map((row) => tableRow(row)).sort(byId)
    const columns = [...declared, ...(verb === 'evolve' ? ['mood'] : []), ...own].sort()
    for (const table of [await duckdbTable(join(folder, 'data.duckdb')), await postgresTable(postgres)]) {
      expect(table.columns).toEqual(columns)
      expect(table.rows.map(readRow).sort(byId)).toEqual(expected)
    }
  })
})

/** What is kept of a row that is not written, or not whole. */
function lettersOf(verb: Verb, day: number, row: Row): readonly unknown[] {
  if (day < 3 || verb === 'evolve' || verb === 'freeze') return []
  const paths = day < 5 ? ['mood'] : ['is_hidden', 'mood']
  return (verb === 'discard_row' ? paths.slice(0, 1) : paths).map((path) => [verb, path, some(row)])
}

const byId = (a: readonly unknown[], b: readonly unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1)

/** A text does not fit the column of booleans that is there already; it is kept beside. */
function tableRow({ id, is_hidden, status_type, mood: feeling }: Row): readonly unknown[] {
  const isText = typeof is_hidden === 'string'
  return [id, isText ? null : (is_hidden ?? null), status_type ?? null, feeling ?? null, isText ? { is_hidden } : null]
}

function readRow(row: Row): readonly unknown[] {
  const extra = row['_extra']
  return [row['id'], row['is_hidden'], row['status_type'], row['mood'] ?? null, typeof extra === 'string' ? JSON.parse(extra) : extra]
}

async function duckdbTable(file: string): Promise<{ columns: readonly string[]; rows: readonly Row[] }> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  const result = await connection.runAndReadAll('select * from posts')
  const rows = result.getRowObjects().map((row) => ({ ...row }) as Row)
  const columns = result.columnNames().toSorted()
  connection.closeSync()
  instance.closeSync()
  return { columns, rows }
}

async function postgresTable(url: string): Promise<{ columns: readonly string[]; rows: readonly Row[] }> {
  const database = await openPostgres(url, { clock: systemClock })
  const { columns, rows } = await database.transaction(async (query) => {
    const found = await query('select column_name as name from information_schema.columns where table_schema = $1 and table_name = $2', [
      database.schema,
      'posts',
    ])
    return {
      columns: found.rows.map(({ name }) => String(name)).sort(),
      rows: (await query(`select * from ${quoted(database.schema)}.posts`)).rows,
    }
  })
  await database.close()
  return { columns, rows }
}
