import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { page } from '../../conformance/items.ts'
import { type PostgresServer, startPostgres } from '../../conformance/postgres-server.ts'
import { completion, replacing } from '../../conformance/write-modes.ts'
import { items, type PostgresPlace, placeOf } from './place.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

describe('A replacement in PostgreSQL', () => {
  const stream = items({ id: { type: 'integer' }, v: { type: 'string' } })
  let place: PostgresPlace
  beforeEach(async () => {
    place = placeOf(server.freshUrl())
    await place.sql('create schema SCHEMA')
    await place.write([page(stream, [{ id: 1, v: 'old' }, { id: 2, v: 'old' }])], [stream]) // biome-ignore format: one line
  })
  const replace = (...rows: { id: number; v: string }[]) => {
    const again = { ...stream, write: replacing(`r${rows.length}`) }
    return place.write([page(again, rows), completion(again)], [again])
  }
  const rows = () => place.sql('select id::int, v from SCHEMA.items order by id')

  it('leaves grants, indexes, constraints and policies of others', async () => {
    await place.sql(`grant select (id) on SCHEMA.items to public; grant select on SCHEMA.items to pg_monitor;
      create index mine on SCHEMA.items (v); alter table SCHEMA.items add constraint short check (length(v) < 9);
      alter table SCHEMA.items enable row level security; create policy everybody on SCHEMA.items using (true)`)
    const facts = `select 'grant ' || grantee || ' ' || privilege_type as fact from information_schema.role_table_grants
        where table_schema = trim('SCHEMA', '"') and table_name = 'items'
      union all select 'column ' || grantee || ' ' || column_name from information_schema.column_privileges
        where table_schema = trim('SCHEMA', '"') and table_name = 'items' and grantee = 'PUBLIC'
      union all select 'index ' || indexdef from pg_indexes where schemaname = trim('SCHEMA', '"') and tablename = 'items'
      union all select 'constraint ' || conname from pg_constraint where conrelid = 'SCHEMA.items'::regclass
      union all select 'policy ' || policyname from pg_policies where schemaname = trim('SCHEMA', '"') order by 1`
    const before = await place.sql(facts)
    expect((await replace({ id: 2, v: 'new' })).rejected.size).toBe(0)
    expect(await rows()).toEqual([{ id: 2, v: 'new' }])
    expect(await place.sql(facts)).toEqual(before)
    expect(JSON.stringify(before)).toMatch(/column PUBLIC id.*constraint short.*grant pg_monitor SELECT.*mine.*policy everybody/)
  })

  it('leaves rows that point to rows whose key comes again', async () => {
    await place.sql(`create table SCHEMA.notes (item bigint references SCHEMA.items (id)); insert into SCHEMA.notes values (1)`)
    expect((await replace({ id: 1, v: 'new' })).rejected.size).toBe(0)
    expect(await rows()).toEqual([{ id: 1, v: 'new' }])
    expect(await place.sql('select count(*)::int as count from SCHEMA.notes')).toEqual([{ count: 1 }])
  })

  it('rejects its stream, and leaves the old rows, when rows of others point to one that is gone', async () => {
    await place.sql(`create table SCHEMA.notes (item bigint references SCHEMA.items (id)); insert into SCHEMA.notes values (1)`)
    const { rejected, states } = await replace({ id: 2, v: 'new' })
    expect(rejected.get('items')?.message).toMatch(/notes/)
    expect(states).toEqual([])
    expect(await rows()).toEqual([{ id: 1, v: 'old' }, { id: 2, v: 'old' }]) // biome-ignore format: one line
  })
})
