import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresDestination } from '../../destinations/postgres.ts'
import type { Destination } from '../../framework/index.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { placeOf } from '../destinations/postgres/place.ts'
import { openSyncWorld, sandboxClock } from '../service/world.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

/** A sync of four accounts into PostgreSQL. */
async function openPlace() {
  const world = await openSyncWorld({ instagram: { accounts: 4, media: 30 } })
  const place = placeOf(server.freshUrl())
  const output = (): Promise<Destination> => postgresDestination(place.url, { clock: sandboxClock(world.sandbox) })
  const sync = (concurrency = 4) => world.sync({ output, concurrency })
  const counts = async () => {
    const rows = await place.sql('select _stream, count(*)::int as count from SCHEMA.instagram_posts group by 1')
    return Object.fromEntries(rows.map(({ _stream, count }) => [String(_stream).split('__')[1], count]))
  }
  const expected = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, world.sandbox.truth.media(id).length]))
  return { ...world, place, sync, counts, expected }
}

describe('syncAccounts into PostgreSQL', () => {
  it.each([1, 4])('fails only the account whose rows the table rejects, with %i accounts at the same time', async (concurrency) => {
    const { ids, place, accounts, sync, counts, expected } = await openPlace()
    const [refused = '', ...others] = ids
    await place.sql(
      `create schema SCHEMA; create table SCHEMA.instagram_posts (media_id text, _stream text constraint no_such check (_stream not like '%${refused}'))`,
    )
    const first = await sync(concurrency)
    expect(first).toMatchObject({ success: false, exit_code: 1, accounts_processed: 3, accounts_left: 0 })
    expect(first.errors).toEqual([
      expect.objectContaining({ account_id: refused, code: 'ERR_OUTPUT_TABLE', message: expect.stringContaining('no_such') }),
    ])
    expect(first.rows_written).toBe(Object.values(expected(others)).reduce((sum, count) => sum + count, 0))
    expect(await counts()).toEqual(expected(others))
    expect((await accounts.list()).filter(({ lastSyncedAt }) => lastSyncedAt === undefined).map(({ externalId }) => externalId)).toEqual([
      refused,
    ])
    // Its state did not move: all of its posts come once the table takes them.
    await place.sql('alter table SCHEMA.instagram_posts drop constraint no_such')
    expect(await sync(concurrency)).toMatchObject({ success: true, exit_code: 0, errors: [], posts_inserted: expected([refused])[refused] })
    expect(await counts()).toEqual(expected(ids))
  })

  it('names every account when the table takes no rows at all, and ends with a summary', async () => {
    const { ids, place, sync } = await openPlace()
    await place.sql('create schema SCHEMA; create view SCHEMA.instagram_posts as select 1 as media_id')
    const summary = await sync()
    expect(summary).toMatchObject({ success: false, exit_code: 1, accounts_processed: 0, rows_written: 0, posts_inserted: 0 })
    expect(summary.errors.map(({ account_id, code }) => [account_id, code]).toSorted()).toEqual(
      ids.map((id) => [id, 'ERR_OUTPUT_TABLE']).toSorted(),
    )
  })

  it('counts values that their column does not take, and warns once', async () => {
    const { place, sync } = await openPlace()
    await place.sql('create schema SCHEMA; create table SCHEMA.instagram_posts (media_id text, permalink varchar(3))')
    const summary = await sync()
    expect(summary).toMatchObject({ success: true, values_in_extra: summary.rows_written })
    expect(summary.warnings).toEqual([expect.stringContaining('instagram_posts.permalink')])
    const [row] = await place.sql(`select count(*)::int as kept from SCHEMA.instagram_posts where _extra ->> 'permalink' like 'http%'`)
    expect(row).toEqual({ kept: summary.rows_written })
  })
})
