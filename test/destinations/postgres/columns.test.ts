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
const number = { type: 'number' }
const string = { type: 'string' }
const time = { type: 'string', format: 'date-time' }

describe('Columns of a PostgreSQL table that is there already', () => {
  let place: PostgresPlace
  beforeEach(async () => {
    place = placeOf(server.freshUrl())
    await place.sql('create schema SCHEMA')
  })
  const other = streamInfo('other', { schema: { type: 'object', properties: { id: string } } })

  it.each([
    ['uuid default gen_random_uuid()'],
    ['tsvector'],
    ['text[]'],
    ['int4'],
    ['point'],
    ['numeric(4, 1) not null default 0'],
    ['text generated always as (v) stored'],
    ['int generated always as identity'],
  ])('leave a column of the user alone: %s', async (type) => {
    const stream = items({ id: integer, v: string })
    await place.write([page(stream, [{ id: 1, v: 'x' }])], [stream])
    await place.sql(`alter table SCHEMA.items add column own ${type}`)
    const { rejected, warnings } = await place.write([page(stream, [{ id: 1, v: 'y' }, { id: 2 }])], [stream])
    expect([...rejected, ...warnings]).toEqual([])
    expect(await place.sql('select id::int, v from SCHEMA.items order by id')).toEqual([
      { id: 1, v: 'y' },
      { id: 2, v: null },
    ])
  })

  it('reject the stream at the start when a column of the user refuses every row, and write the others', async () => {
    const stream = items({ id: integer })
    await place.sql('create table SCHEMA.items (id bigint primary key, own text not null)')
    const written = [page(stream, [{ id: 1 }]), page(other, [{ id: 'a' }]), state('items', { at: 1 }), state('other', { at: 1 })]
    const { rejected, rows, states } = await place.write(written, [stream, other])
    expect([...rejected.keys()]).toEqual(['items'])
    expect(rejected.get('items')?.message).toMatch(/own.*alter table .*items" alter column "own" drop not null/)
    expect([rows, states]).toEqual([{ other: 1 }, ['other']])
  })

  it('let a trigger fill what the stream does not', async () => {
    const stream = items({ id: integer })
    await place.sql(
      `create table SCHEMA.items (id bigint primary key, own text not null);
       create function SCHEMA.fill() returns trigger language plpgsql as $$ begin new.own := 'filled'; return new; end $$;
       create trigger fill before insert on SCHEMA.items for each row execute function SCHEMA.fill()`,
    )
    expect((await place.write([page(stream, [{ id: 1 }])], [stream])).rejected.size).toBe(0)
    expect(await place.sql('select own from SCHEMA.items')).toEqual([{ own: 'filled' }])
  })

  it.each([
    ['a view', 'create view SCHEMA.w as select v from SCHEMA.items'],
    ['a materialized view', 'create materialized view SCHEMA.w as select v from SCHEMA.items'],
    [
      'a rule',
      'create table SCHEMA.log (v bigint); create rule r as on delete to SCHEMA.items do also insert into SCHEMA.log values (old.v)',
    ],
    ['a generated column', 'alter table SCHEMA.items add column twice bigint generated always as (v * 2) stored'],
    ['a policy', 'create policy p on SCHEMA.items using (v > 0)'],
    [
      'a trigger of the column',
      `create function SCHEMA.f() returns trigger language plpgsql as 'begin return new; end';
       create trigger t before update of v on SCHEMA.items for each row execute function SCHEMA.f()`,
    ],
    ['a table that inherits', 'create table SCHEMA.child (v bigint); alter table SCHEMA.items inherit SCHEMA.child'],
  ])('stay as narrow as %s wants them, and misfits go to _extra', async (_what, sql) => {
    const before = items({ id: integer, v: integer })
    const after = items({ id: integer, v: number })
    await place.write([page(before, [{ id: 1, v: 1 }])], [before])
    await place.sql(sql)
    const { warnings, rejected } = await place.write(
      [
        page(after, [
          { id: 1, v: 1.5 },
          { id: 2, v: 2 },
        ]),
      ],
      [after],
    )
    expect(rejected.size).toBe(0)
    expect(warnings[0]?.message).toMatch(/column v stays bigint.*_extra.*alter column "v" type numeric/)
    expect(await place.sql('select v::text as v, _extra from SCHEMA.items order by id')).toEqual([
      { v: null, _extra: { v: 1.5 } },
      { v: '2', _extra: null },
    ])
  })

  it('are widened where nothing depends on them', async () => {
    const before = items({ id: integer, v: integer })
    const after = items({ id: integer, v: number })
    await place.write([page(before, [{ id: 1, v: 1 }])], [before])
    expect((await place.write([page(after, [{ id: 1, v: 1.5 }])], [after])).warnings).toEqual([])
    expect(await place.sql('select v from SCHEMA.items')).toEqual([{ v: '1.5' }])
  })

  it.each([
    ['varchar(5)', string, 'short', 'too long'],
    ['varchar(2)', string, '😀😀', '😀😀😀'],
    ['char(3)', string, 'abc', 'abcd'],
    ['int2', integer, 32767, 32768],
    ['int4', integer, -2147483648, 2147483648],
    ['real', number, 0.1, 16777217],
    ['double precision', number, 0.1, 9007199254740993n],
    ['numeric(4, 2)', number, 99.99, 1.005],
    ['numeric(3, 0)', number, 999, 1000],
    ['numeric(3, -2)', number, 12300, 12345],
    ['timestamptz(0)', time, '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.5Z'],
    ['timestamp(3)', { ...time, airbyte_type: 'timestamp_without_timezone' }, '2026-01-02T03:04:05.678', '2026-01-02T03:04:05.6789'],
    ['uuid', string, '6f9619ff-8b86-d011-b42d-00c04fc964ff', '6f96'],
    ['SCHEMA.mood', string, 'sad', 'glad'],
    ['SCHEMA.plain', integer, 7, 2147483648],
    ['boolean', string, null, 'yes'],
  ])('of type %s take what fits; the rest goes to _extra', async (type, property, fitting, misfit) => {
    const stream = items({ id: integer, v: property })
    await place.sql(
      `create type SCHEMA.mood as enum ('sad', 'happy'); create domain SCHEMA.plain as int4;
       create table SCHEMA.items (id bigint primary key, v ${type})`,
    )
    const rows = [
      { id: 1, v: fitting },
      { id: 2, v: misfit },
    ]
    expect((await place.write([page(stream, rows)], [stream])).rejected.size).toBe(0)
    const [first, second] = await place.sql('select v::text as v, _extra::text as extra from SCHEMA.items order by id')
    expect(first?.['v'] === null).toBe(fitting === null)
    expect(first?.['extra']).toBeNull()
    expect(second?.['v']).toBeNull()
    expect(second?.['extra']).toBe(`{"v": ${typeof misfit === 'string' ? JSON.stringify(misfit) : misfit}}`)
  })

  it.each([
    ['bytea', 'has type bytea'],
    ['text[]', 'has type text\\[\\]'],
    ['SCHEMA.positive', 'has the domain'],
    ['text generated always as (null) stored', 'is generated'],
    ['int generated always as identity', 'is an identity'],
  ])('of type %s are not written: the values go to _extra, with a warning', async (type, why) => {
    const stream = items({ id: integer, v: integer })
    await place.sql(`create domain SCHEMA.positive as int check (value > 0); create table SCHEMA.items (id bigint primary key, v ${type})`)
    const { warnings, rejected } = await place.write([page(stream, [{ id: 1, v: 5 }])], [stream])
    expect(rejected.size).toBe(0)
    expect(warnings[0]?.message).toMatch(new RegExp(`column v is not written: it ${why}`))
    expect(await place.sql('select _extra from SCHEMA.items')).toEqual([{ _extra: { v: 5 } }])
  })

  it('that are an identity take the ids of the stream as its key', async () => {
    const stream = items({ id: integer, v: string })
    await place.sql('create table SCHEMA.items (id bigint generated always as identity primary key, v text)')
    await place.write([page(stream, [{ id: 77, v: 'a' }])], [stream])
    expect((await place.write([page(stream, [{ id: 77, v: 'b' }])], [stream])).rejected.size).toBe(0)
    expect(await place.sql('select id::int, v from SCHEMA.items')).toEqual([{ id: 77, v: 'b' }])
  })

  it('reject the stream when one of the key cannot be written', async () => {
    const stream = items({ id: string })
    await place.sql('create table SCHEMA.items (id bytea primary key)')
    const { rejected } = await place.write([page(stream, [{ id: 'a' }])], [stream])
    expect(rejected.get('items')?.message).toMatch(/column id tells rows apart and has type bytea/)
  })

  it.each(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])(
    'get another name for a field %s, which the database has for itself',
    async (name) => {
      const stream = items({ id: integer, [name]: number })
      expect((await place.write([page(stream, [{ id: 1, [name]: 1.5 }])], [stream])).rejected.size).toBe(0)
      const [row] = await place.sql('select * from SCHEMA.items')
      expect(Object.entries(row ?? {}).find(([column]) => column.startsWith(`${name}_`))?.[1]).toBe('1.5')
    },
  )

  it('that the table has no room for leave their values to _extra, and each row fits', async () => {
    const names = Array.from({ length: 1_700 }, (_, index) => `c${index}`)
    const stream = items({ ...Object.fromEntries(names.map((name) => [name, integer])), id: integer })
    const row = Object.fromEntries(names.map((name, index) => [name, index * 1_000_003]))
    const { warnings, rejected } = await place.write([page(stream, [{ id: 1, ...row }])], [stream])
    expect(rejected.size).toBe(0)
    expect(warnings[0]?.message).toMatch(/at most 1600 columns.*104 fields go to _extra/)
    const [found] = await place.sql('select * from SCHEMA.items')
    const extra = found?.['_extra'] as Record<string, number>
    for (const [name, value] of Object.entries(row)) expect(Number(found?.[name] ?? extra[name])).toBe(value)
    const again = await place.write([page(stream, [{ id: 1, ...row }])], [stream])
    expect([again.rejected.size, again.rows]).toEqual([0, { items: 1 }])
  })

  it.each([
    ['a view', 'create table SCHEMA.base (id bigint); create view SCHEMA.items as select * from SCHEMA.base', /items is a view/],
    ['a column _extra of another type', 'create table SCHEMA.items (id bigint primary key, _extra text)', /column _extra of type text/],
  ])('reject the stream of a table that is %s, and write the others', async (_what, sql, message) => {
    const stream = items({ id: integer })
    await place.sql(sql)
    const { rejected, rows } = await place.write([page(stream, [{ id: 1 }]), page(other, [{ id: 'a' }])], [stream, other])
    expect([...rejected.keys()]).toEqual(['items'])
    expect(rejected.get('items')?.message).toMatch(message)
    expect(rows).toEqual({ other: 1 })
  })

  it.each([
    ['check (v > 0)', /check constraint.*drop constraint/],
    ['references SCHEMA.parent', /foreign key.*drop constraint/],
    ['unique', /items_v_key" is not the connector's.*drop constraint/],
    ['not null', /drop not null/],
  ])('with a constraint of the user that rows violate (%s) reject their stream alone, and say what to do', async (constraint, message) => {
    const stream = items({ id: integer, v: integer })
    await place.sql(
      `create table SCHEMA.parent (id bigint primary key); create table SCHEMA.items (id bigint primary key, v bigint ${constraint})`,
    )
    const violating =
      constraint === 'not null'
        ? [{ id: 1 }]
        : [
            { id: 1, v: -1 },
            { id: 2, v: -1 },
          ]
    const written = [page(stream, violating), page(other, [{ id: 'a' }]), state('items', { at: 1 }), state('other', { at: 1 })]
    const { rejected, rows, states } = await place.write(written, [stream, other])
    expect([...rejected.keys()]).toEqual(['items'])
    expect(rejected.get('items')?.message).toMatch(message)
    expect([rows, states]).toEqual([{ other: 1 }, ['other']])
  })

  it('with a deferred constraint reject their stream at the commit', async () => {
    const stream = items({ id: integer, v: integer })
    await place.sql(
      `create table SCHEMA.parent (id bigint primary key);
       create table SCHEMA.items (id bigint primary key, v bigint references SCHEMA.parent deferrable initially deferred)`,
    )
    const { rejected, rows } = await place.write([page(stream, [{ id: 1, v: 5 }]), page(other, [{ id: 'a' }])], [stream, other])
    expect([...rejected.keys()]).toEqual(['items'])
    expect(rows).toEqual({ other: 1 })
  })

  it('of a partitioned table take rows by its key', async () => {
    const stream = items({ id: integer, day: { type: 'string', format: 'date' } }, ['id', 'day'])
    await place.sql(
      `create table SCHEMA.items (id bigint, day date, primary key (id, day)) partition by range (day);
       create table SCHEMA.y2026 partition of SCHEMA.items for values from ('2026-01-01') to ('2027-01-01')`,
    )
    const rows = [{ id: 1, day: '2026-02-03' }]
    await place.write([page(stream, rows)], [stream])
    const { rejected, changes } = await place.write([page(stream, [...rows, { id: 2, day: '2026-02-03' }])], [stream])
    expect([rejected.size, changes]).toEqual([0, [{ inserted: 1, updated: 1 }]])
    expect(await place.sql('select count(*)::int as n from SCHEMA.items')).toEqual([{ n: 2 }])
    const outside = await place.write([page(stream, [{ id: 1, day: '2031-01-01' }])], [stream])
    expect(outside.rejected.get('items')?.message).toMatch(/no partition/)
  })
})
