import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDestination } from '../../destinations/open.ts'
import { createRunReporter, type Item, observeDrift, type Row, Run, type StreamInfo, systemClock } from '../../framework/index.ts'
import { parseContract } from '../../schemas/contract.ts'
import { deadLetterFile } from '../../schemas/dead-letters.ts'
import { openSchemaRegistry } from '../../schemas/open.ts'
import { openSchemaWatch } from '../../schemas/watch.ts'
import { temporaryFolder } from '../cli/run.ts'
import { from } from '../conformance/destination.ts'
import { page, streamInfo } from '../conformance/items.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'

const declared = { type: 'object', properties: { id: { type: 'string', description: 'The id.' } }, required: ['id'] }
const posts = streamInfo('posts__1', { schema: declared })

/** What a source sends on each of seven days: on day 3 a field appears, on day 5 one changes its type, on day 7 one is gone. */
const days: readonly Row[] = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
  id: String(day),
  likes: day < 5 ? day : `${day}k`,
  ...(day < 7 ? { kind: 'photo' } : {}),
  ...(day < 3 ? {} : { shares: day }),
}))

interface Day {
  readonly written: readonly Row[]
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
  readonly failed: string | undefined
  readonly schema: Readonly<Record<string, unknown>>
}

interface Place {
  readonly folder: string
  readonly output: string
}

/** One run of a read with `--schemas` and `--on-drift`. */
async function readDay(
  rows: readonly Row[],
  { folder, output }: Place,
  rules: readonly string[],
  stream: StreamInfo = posts,
): Promise<Day> {
  const run = new Run(systemClock, `run-${Math.random()}`)
  const report = createRunReporter(run, systemClock, { log: () => undefined })
  const registry = await openSchemaRegistry(`file:${join(folder, 'schemas')}`, { clock: systemClock })
  const deadLetters = deadLetterFile(join(folder, 'dead'), 'test', 'run')
  const watch = await openSchemaWatch([stream], { registry, connection: 'test', contract: parseContract(rules), deadLetters, report })
  const destination = await openDestination(output, { stdout: process.stdout, redact: (text) => text })
  const info = watch.streams.get(stream.name) ?? stream
  const written: Row[] = []
  let failed: string | undefined
  await destination.open({ runId: run.id, connector: 'test', connection: 'test', streams: [info] })
  try {
    for await (const item of destination.write(observeDrift(from(rows.map((row): Item => page(info, [row]))), watch, report))) {
      if (item.type === 'page') written.push(...item.rows)
    }
  } catch (thrown) {
    failed = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
  }
  await destination.close()
  const { warnings, errors } = run.summary()
  const messages = (list: typeof warnings) => list.map(({ message }) => message)
  return {
    written,
    warnings: messages(warnings),
    errors: messages(errors),
    failed,
    schema: (await registry.latest(`test.${stream.kind}`))?.schema ?? {},
  }
}

/** The baseline is learned under `evolve`; the verb is on from the third day. */
async function readWeek(place: Place, verb: string): Promise<readonly Day[]> {
  const week: Day[] = []
  for (const [index, row] of days.entries()) {
    const today = { ...place, output: place.output.replace('{day}', String(index + 1)) }
    week.push(await readDay([row], today, index < 2 ? [] : [verb]))
  }
  return week
}

const linesOf = (file: string) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : []
const plain = ({ _synced_at, _run_id, ...row }: Row) => row

const outcomes: Readonly<
  Record<string, { readonly rows: readonly Row[]; readonly columns: readonly string[]; readonly dead: readonly string[] }>
> = {
  evolve: { rows: days, columns: ['id', 'kind', 'likes', 'shares'], dead: [] },
  freeze: { rows: days.slice(0, 2), columns: ['id', 'kind', 'likes'], dead: [] },
  discard_row: {
    rows: days.slice(0, 2),
    columns: ['id', 'kind', 'likes'],
    dead: ['3 shares', '4 shares', '5 likes', '6 likes', '7 likes'],
  },
  discard_value: {
    rows: days.map(({ shares: _, likes, ...row }) => ({ ...row, ...(typeof likes === 'number' ? { likes } : {}) })),
    columns: ['id', 'kind', 'likes'],
    dead: ['3 shares', '4 shares', '5 likes', '5 shares', '6 likes', '6 shares', '7 likes', '7 shares'],
  },
}

describe('openSchemaWatch', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  describe.each(Object.entries(outcomes))('under %s', (verb, { rows, columns, dead }) => {
    it('writes exactly these rows to JSONL, keeps exactly these dead letters', async () => {
      const folder = temporaryFolder()
      // Without a state every run writes its files anew.
      await readWeek({ folder, output: `jsonl:${join(folder, 'data')}-{day}` }, verb)
      const sorted = (list: readonly Row[]) => list.map((row) => Object.fromEntries(Object.entries(row).sort()))
      const written = days.flatMap((_, index) => linesOf(join(folder, `data-${index + 1}/posts__1.jsonl`)))
      expect(sorted(written.map(plain))).toEqual(sorted(rows))
      const letters = linesOf(join(folder, 'dead/test.run.jsonl')).map(({ row, path }) => `${row.id} ${path}`)
      expect(letters.sort()).toEqual(dead)
    })

    it.each(['duckdb', 'postgres'] as const)('gives the table of %s exactly these columns and rows', async (kind) => {
      const folder = temporaryFolder()
      const url = kind === 'duckdb' ? `duckdb:${join(folder, 'data.duckdb')}` : server.freshUrl()
      await readWeek({ folder, output: url }, verb)
      const table = await (kind === 'duckdb' ? readDuckdb(join(folder, 'data.duckdb')) : readPostgres(url))
      expect(table.columns.filter((name) => !name.startsWith('_')).sort()).toEqual(columns)
      expect(table.rows).toEqual(rows.map(({ id, shares }) => [id, shares === undefined ? null : String(shares)]))
    })
  })

  it('reports each drift once, on its day, with the first row', async () => {
    const folder = temporaryFolder()
    const week = await readWeek({ folder, output: `jsonl:${join(folder, 'data')}` }, 'evolve')
    const texts = week.map(({ warnings }) => warnings)
    expect(texts.map((list) => list.length)).toEqual([1, 0, 1, 0, 1, 0, 1])
    expect(texts[0]?.[0]).toMatch(/posts drifted \(version 1\): likes added .*; kind added/)
    expect(texts[2]?.[0]).toMatch(/\(version 1 → 2\): shares added \(additive\): integer\. first row: \{"id":"3"/)
    expect(texts[4]?.[0]).toMatch(/likes type widened \(breaking\): integer → integer or string\. first row: \{"id":"5","likes":"5k"/)
    expect(texts[6]?.[0]).toMatch(/kind removed \(breaking\): in none of the 1 rows, in all before$/)
    expect(week.at(-1)?.schema).toMatchObject({ properties: { id: declared.properties.id, kind: { type: 'string', 'x-absent': true } } })
  })

  it('takes note when a field comes again', async () => {
    const folder = temporaryFolder()
    const place = { folder, output: `jsonl:${join(folder, 'data')}` }
    await readWeek(place, 'evolve')
    const { warnings, schema } = await readDay([{ id: '8', likes: 1, shares: 1, kind: 'video' }], place, [])
    expect(warnings.join()).toMatch(/kind added \(additive\): came again/)
    expect(schema).toMatchObject({ properties: { kind: { type: 'string' } } })
    expect(JSON.stringify(schema)).not.toContain('x-absent')
  })

  it('fails a frozen run before the row, and names field and row', async () => {
    const folder = temporaryFolder()
    const week = await readWeek({ folder, output: `jsonl:${join(folder, 'data')}` }, 'freeze')
    expect(week.map(({ failed }) => failed)).toEqual([undefined, undefined, ...Array(5).fill('ERR_SCHEMA_FROZEN')])
    expect(week.map(({ written }) => written.length)).toEqual([1, 1, 0, 0, 0, 0, 0])
    const gone = await readDay([{ id: '9', likes: 1 }], { folder, output: `jsonl:${join(folder, 'data')}` }, ['freeze'])
    expect([gone.failed, gone.errors.length]).toEqual([undefined, 1])
  })

  it('keeps to the aspect and the stream of a rule', async () => {
    const folder = temporaryFolder()
    const place = { folder, output: `jsonl:${join(folder, 'data')}` }
    await readDay([{ id: '1', likes: 1 }], place, [])
    const rules = ['data_types=discard_value', 'others:freeze']
    const { written } = await readDay([{ id: '2', likes: 'x', more: { a: 1 } }], place, rules)
    expect(written).toEqual([{ id: '2', more: { a: 1 } }])
    const other = streamInfo('others__1', { schema: declared })
    expect((await readDay([{ id: '1' }], place, rules, other)).failed).toBe('ERR_SCHEMA_FROZEN')
  })

  it('lets null and absent values through every contract, and discards whole rows whose key does not fit', async () => {
    const folder = temporaryFolder()
    const place = { folder, output: `jsonl:${join(folder, 'data')}` }
    await readDay(
      [
        { id: '1', likes: 1 },
        { id: '2', likes: 2 },
      ],
      place,
      [],
    )
    const { written, failed } = await readDay([{ id: '3', likes: null }, { id: '4' }], place, ['freeze'])
    expect([written.length, failed]).toEqual([2, undefined])
    expect(
      (
        await readDay(
          [
            { id: 5, likes: 1 },
            { id: '6', likes: 1 },
          ],
          place,
          ['discard_value'],
        )
      ).written,
    ).toEqual([{ id: '6', likes: 1 }])
  })

  it('learns a stream of which nothing is declared without calling it drift, nested fields too', async () => {
    const folder = temporaryFolder()
    const place = { folder, output: `jsonl:${join(folder, 'data')}` }
    const open = streamInfo('posts__1', { schema: {} })
    const first = await readDay(
      [
        { id: '1', a: { b: 1, c: 'x' } },
        { id: '2', d: [1] },
      ],
      place,
      ['freeze'],
      open,
    )
    expect([first.failed, first.warnings]).toEqual([undefined, []])
    const { warnings } = await readDay([{ id: '3', a: { b: 1, c: 'x', new: true } }], place, [], open)
    expect(warnings.join()).toMatch(/a\.new added \(additive\): boolean/)
  })
})

async function readDuckdb(file: string) {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  const names = await connection.runAndReadAll(`select column_name from duckdb_columns() where table_name = 'posts'`)
  const columns = names.getRows().map(([name]) => String(name))
  const shares = columns.includes('shares') ? 'cast(shares as varchar)' : 'null'
  const rows = (await connection.runAndReadAll(`select id, ${shares} from posts order by id`)).getRows()
  connection.closeSync()
  instance.closeSync()
  return { columns, rows }
}

async function readPostgres(url: string) {
  const { openPostgres, quoted } = await import('../../framework/index.ts')
  const database = await openPostgres(url, { clock: systemClock })
  const table = `${quoted(database.schema)}.posts`
  const result = await database.transaction(async (query) => {
    const names = await query(
      `select column_name as name from information_schema.columns where table_schema = $1 and table_name = 'posts'`,
      [database.schema],
    )
    const columns = names.rows.map(({ name }) => String(name))
    const shares = columns.includes('shares') ? 'shares::text' : 'null'
    const { rows } = await query(`select id, ${shares} as shares from ${table} order by id`)
    return { columns, rows: rows.map(({ id, shares: found }) => [id, found]) }
  })
  await database.close()
  return result
}
