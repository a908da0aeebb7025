import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { duckdbDestination } from '../../../destinations/duckdb.ts'
import type { ConnectorError, Item, StreamInfo } from '../../../framework/index.ts'
import { from, runOf } from '../../conformance/destination.ts'
import { page, state, streamInfo } from '../../conformance/items.ts'

const integer = { type: 'integer' }
const number = { type: 'number' }
const string = { type: 'string' }
const time = { type: 'string', format: 'date-time' }

function items(properties: Readonly<Record<string, unknown>>, key: readonly string[] = ['id']): StreamInfo {
  return streamInfo('items', { primaryKey: key.map((field) => [field]), schema: { type: 'object', properties } })
}

describe('Tables of DuckDB that are there already', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'duckdb-'))
    file = join(folder, 'data.duckdb')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** Rows of the last statement, values as text. */
  async function sql(...statements: readonly string[]): Promise<readonly (readonly (string | null)[])[]> {
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    try {
      await connection.run(`set timezone = 'UTC'`)
      let rows: readonly (readonly unknown[])[] = []
      for (const text of statements) rows = (await connection.runAndReadAll(text)).getRows()
      return rows.map((row) => row.map((value) => (value === null ? null : String(value))))
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  }

  async function write(written: readonly Item[], streams: readonly StreamInfo[]) {
    const destination = await duckdbDestination(file)
    const warnings: string[] = []
    const rejected = new Map<string, ConnectorError>()
    const states: string[] = []
    try {
      await destination.open({
        ...runOf(streams),
        finding: ({ error }) => void warnings.push(error.message),
        rejectStream: (stream, error) => void rejected.set(stream, error),
      })
      for await (const item of destination.write(from(written))) {
        if (item.type === 'message' && item.message.type === 'STATE') states.push(item.message.state.stream.stream_descriptor.name)
      }
    } finally {
      await destination.close()
    }
    return { rows: destination.report().rows, warnings, rejected, states }
  }
  const other = streamInfo('other', { schema: { type: 'object', properties: { id: string } } })

  it.each(['uuid default uuid()', 'integer[]', 'struct(a integer)', 'decimal(4, 1) default 0', 'interval'])(
    'keep a column of the user: %s',
    async (type) => {
      const stream = items({ id: integer, v: string })
      await write([page(stream, [{ id: 1, v: 'x' }])], [stream])
      await sql(`alter table items add column own ${type}`)
      const { rejected, warnings } = await write([page(stream, [{ id: 1, v: 'y' }, { id: 2 }])], [stream])
      expect([...rejected, ...warnings]).toEqual([])
      expect(await sql('select id, v from items order by id')).toEqual([
        ['1', 'y'],
        ['2', null],
      ])
    },
  )

  it('of the user get the columns of the connector', async () => {
    const stream = items({ ID: integer, v: string }, ['ID'])
    await sql('create table items (id bigint primary key, own varchar)', `insert into items values (1, 'kept')`)
    for (const v of ['a', 'b']) expect((await write([page(stream, [{ ID: 1, v }])], [stream])).rejected.size).toBe(0)
    expect(await sql('select id, own, v, _run_id from items')).toEqual([['1', 'kept', 'b', 'run-1']])
  })

  it.each([
    ['a column that refuses every row', 'create table items (id bigint, own varchar not null)', /own.*alter column "own" drop not null/],
    ['a view', 'create view items as select 1 as id', /items is a view/],
    ['a column _extra of another type', 'create table items (id bigint, _extra integer)', /column _extra of type INTEGER/],
    ['a key that cannot be written', 'create table items (id blob)', /column id tells rows apart and has type BLOB/],
    ['a constraint that rows violate', 'create table items (id bigint, check (id > 5))', /CHECK constraint/],
  ])('with %s reject their stream alone', async (_what, text, message) => {
    const stream = items({ id: integer })
    await sql(text)
    const written = [page(stream, [{ id: 1 }]), page(other, [{ id: 'a' }]), state('items', { at: 1 }), state('other', { at: 1 })]
    const { rejected, rows, states } = await write(written, [stream, other])
    expect([...rejected.keys()]).toEqual(['items'])
    expect(rejected.get('items')?.message).toMatch(message)
    expect([rows, states]).toEqual([{ other: 1 }, ['other']])
  })

  it.each([
    ['an index', 'create index i on items (v)'],
    ['a number that would lose digits', 'update items set v = 9007199254740993'],
  ])('keep a column as narrow as %s wants it, and misfits go to _extra', async (_what, text) => {
    const before = items({ id: integer, v: integer })
    await write([page(before, [{ id: 1, v: 1 }])], [before])
    await sql(text)
    const [[kept = null] = []] = await sql('select v from items')
    const after = items({ id: integer, v: number })
    const { warnings } = await write([page(after, [{ id: 2, v: 1.5 }])], [after])
    expect(warnings[0]).toMatch(/column v stays bigint.*_extra.*set data type double/)
    expect(await sql('select v, _extra from items order by id')).toEqual([
      [kept, null],
      [null, '{"v":1.5}'],
    ])
  })

  it('widen a column that a view shows', async () => {
    const before = items({ id: integer, v: integer })
    await write([page(before, [{ id: 1, v: 1 }])], [before])
    await sql('create view w as select v from items')
    const after = items({ id: integer, v: number })
    expect((await write([page(after, [{ id: 1, v: 1.5 }])], [after])).warnings).toEqual([])
    expect(await sql('select v from items')).toEqual([['1.5']])
  })

  it.each([
    ['tinyint', integer, -128, 128],
    ['integer', integer, 2147483647, 2147483648],
    ['ubigint', integer, 18446744073709551615n, -1],
    ['hugeint', integer, 2n ** 127n - 1n, 2n ** 127n],
    ['float', number, 0.1, 16777217],
    ['double', number, 0.1, 9007199254740993n],
    ['decimal(4, 2)', number, 99.99, 1.005],
    ['decimal(18, 8)', number, 1e-7, 1e-9],
    ['decimal(38, 0)', integer, 12345678901234567890123n, 1.5],
    ['timestamp_s', { ...time, airbyte_type: 'timestamp_without_timezone' }, '2026-01-02T03:04:05', '2026-01-02T03:04:05.5'],
    ['uuid', string, '6f9619ff-8b86-d011-b42d-00c04fc964ff', '6f96'],
    [`enum ('sad', 'it''s fine')`, string, `it's fine`, 'glad'],
    ['integer[]', { type: 'array' }, null, [1]],
    ['varchar generated always as (1)', string, undefined, 'x'],
  ])('of type %s take what fits; the rest goes to _extra', async (type, property, fitting, misfit) => {
    const stream = items({ id: integer, v: property })
    await sql(`create table items (id bigint, v ${type})`)
    const { rejected } = await write(
      [
        page(stream, [
          { id: 1, v: fitting },
          { id: 2, v: misfit },
        ]),
      ],
      [stream],
    )
    expect(rejected.size).toBe(0)
    const [first, second] = await sql('select v::varchar, _extra::varchar from items order by id')
    expect(first?.[1]).toBeNull()
    if (typeof fitting === 'bigint' || typeof fitting === 'string')
      expect(first?.[0]?.replace(' ', 'T')).toBe(String(fitting).replace(' ', 'T'))
    if (typeof fitting === 'number') expect(Number(first?.[0])).toBe(fitting)
    expect(second?.[1]).toBe(`{"v":${typeof misfit === 'bigint' ? misfit : JSON.stringify(misfit)}}`)
  })

  it('of a key that changed take rows by the new one', async () => {
    const before = items({ id: integer, region: string })
    await write([page(before, [{ id: 1, region: 'eu' }])], [before])
    const after = items({ id: integer, region: string }, ['id', 'region'])
    const rows = [
      { id: 1, region: 'eu' },
      { id: 1, region: 'us' },
    ]
    expect((await write([page(after, rows)], [after])).rejected.size).toBe(0)
    expect(await sql('select region from items order by 1')).toEqual([['eu'], ['us']])
    const refused = await write([page(before, [{ id: 1, region: 'ca' }]), page(other, [{ id: 'a' }])], [before, other])
    expect([...refused.rejected.keys()]).toEqual(['items'])
    await sql(/run: (delete from .*?;)/.exec(refused.rejected.get('items')?.message ?? '')?.[1] ?? '')
    expect((await write([page(before, [{ id: 1, region: 'ca' }])], [before])).rejected.size).toBe(0)
    expect(await sql('select region from items')).toEqual([['ca']])
  })

  it('keep the last of the rows that earlier versions wrote again for a key with null', async () => {
    const stream = items({ id: integer, device: string, v: integer }, ['id', 'device'])
    await sql(
      'create table items (id bigint, device varchar, v bigint, _extra json, _synced_at timestamptz not null, _run_id varchar not null)',
      `insert into items values (1, null, 1, null, '2026-01-01', 'a'), (1, null, 2, null, '2026-01-02', 'b'), (2, null, 3, null, '2026-01-01', 'a')`,
    )
    const { warnings, rejected } = await write([page(stream, [{ id: 1, v: 9 }])], [stream])
    expect(rejected.size).toBe(0)
    expect(warnings[0]).toMatch(/1 rows repeated a key with a null/)
    expect(await sql('select id, v from items order by id')).toEqual([
      ['1', '9'],
      ['2', '3'],
    ])
  })

  it.each(['rowid', 'xmin', 'order', 'ROWID'])('have a column for a field %s', async (name) => {
    const stream = items({ id: integer, [name]: number })
    for (const value of [1, 1.5]) expect((await write([page(stream, [{ id: 1, [name]: value }])], [stream])).rejected.size).toBe(0)
    const [row] = await sql('select * from items')
    expect(row?.slice(0, 2)).toEqual(['1', '1.5'])
  })

  it('have more columns than other databases allow', async () => {
    const names = Array.from({ length: 1_700 }, (_, index) => `c${index}`)
    const stream = items({ id: integer, ...Object.fromEntries(names.map((name) => [name, integer])) })
    const row = Object.fromEntries(names.map((name, index) => [name, index]))
    expect((await write([page(stream, [{ id: 1, ...row }])], [stream])).rejected.size).toBe(0)
    expect(await sql('select c0, c1699, _extra from items')).toEqual([['0', '1699', null]])
  })
})
