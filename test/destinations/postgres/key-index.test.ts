import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { page, state, streamInfo } from '../../conformance/items.ts'
import { type PostgresServer, startPostgres } from '../../conformance/postgres-server.ts'
import { items, type PostgresPlace, placeOf } from './place.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

const integer = { type: 'integer' }
const string = { type: 'string' }
const time = { type: 'string', format: 'date-time' }
const keyed = (...key: string[]) => items({ id: integer, region: string, v: integer }, key)
const indexes = `select indexrelid::regclass::text as name, indnullsnotdistinct as nulls_equal, indexprs is not null as expressions
  from (select x.indexrelid, x.indexprs, coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false) as indnullsnotdistinct
        from pg_index x where indrelid = 'SCHEMA.items'::regclass) i order by 1`
const longText = (seed: number) => Array.from({ length: 900 }, (_, index) => ((index + seed) * 2654435761).toString(36)).join('')

describe.each([
  ['PostgreSQL 15 and newer', undefined],
  ['PostgreSQL before 15', false],
] as const)('The key of a table of %s', (_server, nullsNotDistinct) => {
  let place: PostgresPlace
  beforeEach(async () => {
    place = placeOf(server.freshUrl(), nullsNotDistinct === undefined ? {} : { nullsNotDistinct })
    await place.sql('create schema SCHEMA')
  })
  const write = (stream: ReturnType<typeof items>, rows: readonly Record<string, unknown>[]) => place.write([page(stream, rows)], [stream])

  it('may grow: the index of before is replaced', async () => {
    await write(keyed('id'), [{ id: 1, region: 'eu', v: 1 }])
    const rows = [
      { id: 1, region: 'eu', v: 2 },
      { id: 1, region: 'us', v: 3 },
    ]
    expect((await write(keyed('id', 'region'), rows)).rejected.size).toBe(0)
    expect(await place.sql('select region, v::int from SCHEMA.items order by region')).toEqual([
      { region: 'eu', v: 2 },
      { region: 'us', v: 3 },
    ])
    expect(await place.sql(indexes)).toHaveLength(1)
  })

  it('may shrink where the rows allow it', async () => {
    await write(keyed('id', 'region'), [{ id: 1, region: 'eu', v: 1 }])
    expect((await write(keyed('id'), [{ id: 1, region: 'us', v: 2 }])).rejected.size).toBe(0)
    expect(await place.sql('select region, v::int from SCHEMA.items')).toEqual([{ region: 'us', v: 2 }])
    expect(await place.sql(indexes)).toHaveLength(1)
  })

  it('that shrinks onto repeated rows rejects the stream alone and gives the SQL, which mends it', async () => {
    const other = streamInfo('other', { schema: { type: 'object', properties: { id: string } } })
    await write(keyed('id', 'region'), [
      { id: 1, region: 'eu' },
      { id: 1, region: 'us' },
      { id: 2, region: 'us' },
    ])
    const rows = [page(keyed('id'), [{ id: 1, region: 'ca' }]), page(other, [{ id: 'a' }]), state('items', { at: 1 })]
    const refused = await place.write(rows, [keyed('id'), other])
    expect([refused.rows, refused.states]).toEqual([{ other: 1 }, []])
    const message = refused.rejected.get('items')?.message ?? ''
    expect(message).toMatch(/key of the stream changed, and rows of the table repeat the new one/)
    await place.sql(/run: (delete from .*?;)/.exec(message)?.[1] ?? '')
    expect((await write(keyed('id'), [{ id: 1, region: 'ca' }])).rejected.size).toBe(0)
    expect(await place.sql('select id::int, region from SCHEMA.items order by id')).toEqual([
      { id: 1, region: 'ca' },
      { id: 2, region: 'us' },
    ])
  })

  it('leaves unique indexes of the user alone', async () => {
    await place.sql(
      'create table SCHEMA.items (id bigint primary key, region text, v bigint); create unique index mine on SCHEMA.items (id, v)',
    )
    await write(keyed('id', 'region'), [{ id: 1, region: 'eu', v: 1 }])
    await write(keyed('id'), [{ id: 1, region: 'us', v: 2 }])
    expect(await place.sql('select region, v::int from SCHEMA.items')).toEqual([{ region: 'us', v: 2 }])
    const names = (await place.sql(indexes)).map(({ name }) => String(name).split('.').at(-1))
    expect(names).toEqual(['items_pkey', 'mine'])
  })

  it('of the user that is narrower than that of the stream rejects what it must, and says how to drop it', async () => {
    await place.sql('create table SCHEMA.items (id bigint primary key, region text, v bigint)')
    const { rejected } = await write(keyed('id', 'region'), [
      { id: 1, region: 'eu' },
      { id: 1, region: 'us' },
    ])
    expect(rejected.get('items')?.message).toMatch(/"items_pkey" is not the connector's.*drop constraint "items_pkey"/)
  })

  it('with null is the same key again, whatever its types', async () => {
    const types = {
      ...{
        text: string,
        big: integer,
        num: { type: 'number' },
        flag: { type: 'boolean' },
        at: time,
        day: { type: 'string', format: 'date' },
      },
      ...{ map: { type: 'object' }, local: { ...time, airbyte_type: 'timestamp_without_timezone' } },
    }
    const stream = items({ id: integer, ...types, v: integer }, ['id', ...Object.keys(types)])
    const whole = {
      ...{ id: 1, text: '', big: 0, num: 0, flag: false, at: '1970-01-01T00:00:00Z', day: '1970-01-01' },
      ...{ map: {}, local: '1970-01-01T00:00:00' },
    }
    const rows = [whole, { id: 1 }, { ...whole, text: null }, { ...whole, big: null }, { ...whole, at: null }, { ...whole, map: null }]
    await write(
      stream,
      rows.map((row) => ({ ...row, v: 1 })),
    )
    expect(
      (
        await write(
          stream,
          rows.map((row) => ({ ...row, v: 2 })),
        )
      ).rejected.size,
    ).toBe(0)
    expect(await place.sql('select count(*)::int as n, min(v)::int as v from SCHEMA.items')).toEqual([{ n: rows.length, v: 2 }])
  })

  it('longer than a b-tree entry is hashed, and the table stays exact', async () => {
    const stream = items({ url: string, v: integer }, ['url'])
    const long = [1, 2].map((seed) => `https://cdn.example.com/\\x/${longText(seed)}`)
    const rows = [...long, 'https://short', null].map((url) => ({ url }))
    await write(stream, [{ url: 'https://short', v: 1 }])
    for (const v of [2, 3])
      expect(
        (
          await write(
            stream,
            rows.map((row) => ({ ...row, v })),
          )
        ).rejected.size,
      ).toBe(0)
    expect(await place.sql('select count(*)::int as n, min(v)::int as v from SCHEMA.items')).toEqual([{ n: 4, v: 3 }])
    expect(await place.sql(indexes)).toMatchObject([{ expressions: true }])
  })

  it('that two values of a batch share for the database takes the later of them', async () => {
    await place.sql('create table SCHEMA.items (id numeric primary key, v bigint)')
    const stream = items({ id: { type: 'string', airbyte_type: 'big_number' }, v: integer })
    const rows = ['1', '2', '1.0', '3', '01.00'].map((id, v) => ({ id, v }))
    expect((await write(stream, rows)).rejected.size).toBe(0)
    expect(await place.sql('select id::int, v::int from SCHEMA.items order by id')).toEqual([
      { id: 1, v: 4 },
      { id: 2, v: 1 },
      { id: 3, v: 3 },
    ])
  })

  describe('of a table that an earlier version made', () => {
    const old = (name: string, columns: string) =>
      `create table SCHEMA.items (id bigint, region text, v bigint, _extra jsonb, _synced_at timestamptz not null, _run_id text not null);
       create unique index ${name} on SCHEMA.items (${columns})`
    const byIdAndRegion = old('items_key_f08fa9a76d', '"id", "region"')

    it('stays as it is while no key has a null', async () => {
      await place.sql(byIdAndRegion)
      const before = await place.sql(indexes)
      await write(keyed('id', 'region'), [{ id: 1, region: 'eu', v: 1 }])
      expect(await place.sql(indexes)).toEqual(before)
    })

    it('takes nulls as equal from the first that comes, and of rows that repeat one keeps the last', async () => {
      await place.sql(
        `${byIdAndRegion};
         insert into SCHEMA.items values (1, null, 1, null, '2026-01-01', 'a'), (1, null, 2, null, '2026-01-02', 'b'), (2, null, 3, null, '2026-01-01', 'a')`,
      )
      const { rejected, warnings } = await write(keyed('id', 'region'), [{ id: 1, v: 9 }])
      expect(rejected.size).toBe(0)
      expect(warnings[0]?.message).toMatch(/1 rows repeated a key with a null/)
      expect(await place.sql('select id::int, v::int from SCHEMA.items order by id')).toEqual([
        { id: 1, v: 9 },
        { id: 2, v: 3 },
      ])
      expect(await place.sql(indexes)).toHaveLength(1)
    })

    it('follows the stream when it changes', async () => {
      await place.sql(`${old('items_key_b2cf037be2', '"id"')}; insert into SCHEMA.items values (1, 'eu', 1, null, now(), 'a')`)
      expect((await write(keyed('id', 'region'), [{ id: 1, region: 'us', v: 2 }])).rejected.size).toBe(0)
      expect(await place.sql('select count(*)::int as n from SCHEMA.items')).toEqual([{ n: 2 }])
    })

    it('that a foreign key of the user depends on rejects the stream with the SQL to run', async () => {
      await place.sql(`${old('items_key_b2cf037be2', '"id"')}; create table SCHEMA.notes (item bigint references SCHEMA.items (id))`)
      const { rejected } = await write(keyed('id', 'region'), [{ id: 1, region: 'us' }])
      expect(rejected.get('items')?.message).toMatch(/cannot be dropped.*then run: drop index/)
    })
  })

  it('that another run replaced meanwhile is found again', async () => {
    const stream = items({ url: string, v: integer }, ['url'])
    await write(stream, [{ url: 'a', v: 1 }])
    async function* work() {
      yield page(stream, [{ url: 'b', v: 1 }])
      yield state('items', { at: 1 })
      await write(stream, [{ url: longText(1), v: 1 }])
      yield page(stream, [{ url: 'b', v: 2 }])
    }
    expect((await place.write(work(), [stream])).rejected.size).toBe(0)
    expect(await place.sql('select count(*)::int as n, sum(v)::int as v from SCHEMA.items')).toEqual([{ n: 3, v: 4 }])
  })
})
