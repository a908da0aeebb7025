import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresDestination } from '../../destinations/postgres.ts'
import { deliver, type Item, openPostgres } from '../../framework/index.ts'
import { postgresStateRegistry } from '../../state/postgres.ts'
import { from, runOf } from '../conformance/destination.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
import { page, state, streamInfo } from '../conformance/items.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { testStateRegistry } from '../conformance/state-registry.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

testStateRegistry('postgres:', async () => {
  const url = server.freshUrl()
  return { connect: (clock) => postgresStateRegistry(url, { clock }), destroy: async () => undefined }
})

describe('postgresStateRegistry', () => {
  const clock = fakeClock()

  async function ask(url: string, sql: (schema: string) => string) {
    const database = await openPostgres(url, { clock })
    try {
      return (await database.transaction((query) => query(sql(`"${database.schema}"`)))).rows
    } finally {
      await database.close()
    }
  }

  it('refuses tables that a newer version made', async () => {
    const url = server.freshUrl()
    const registry = await postgresStateRegistry(url, { clock })
    await registry.show('acme')
    await ask(url, (schema) => `insert into ${schema}._connector_migrations (version) values (99)`)
    const later = await postgresStateRegistry(url, { clock })
    await expect(later.show('acme')).rejects.toMatchObject({ code: 'ERR_STATE_FORMAT_NEWER', failureType: 'config_error' })
    await Promise.all([registry.close(), later.close()])
  })

  it('keeps one row per stream and only what changed of earlier runs', async () => {
    const url = server.freshUrl()
    const registry = await postgresStateRegistry(url, { clock })
    for (let run = 1; run <= 3; run++) {
      const lease = await registry.acquire('acme', 'conn::test', `run-${run}`)
      await lease.load()
      for (let step = 0; step < 5; step++) await lease.commit({ busy: { run, step }, ...(run === 1 ? { quiet: { step } } : {}) })
      await lease.release()
    }
    await registry.close()
    expect(await ask(url, (schema) => `select stream, state from ${schema}._connector_state order by stream`)).toEqual([
      { stream: 'busy', state: { run: 3, step: 4 } },
      { stream: 'quiet', state: { step: 4 } },
    ])
    expect(await ask(url, (schema) => `select count(*)::int as rows from ${schema}._connector_state_past`)).toEqual([{ rows: 2 }])
  })

  describe('together with tables in the same database', () => {
    const posts = streamInfo('posts', { primaryKey: [] })

    async function setUp(url: string) {
      const registry = await postgresStateRegistry(url, { clock })
      const lease = await registry.acquire('acme', 'conn::test', 'run-1')
      await lease.load()
      const destination = await postgresDestination(url, { clock, lease })
      await destination.open(runOf([posts]))
      return { registry, lease, destination }
    }
    const atOf = (value: unknown) => Number((value as { readonly at: number }).at)
    const items: readonly Item[] = [page(posts, [{ id: '1' }]), state('posts', { at: 1 })]

    it('commits rows and state in one transaction, once', async () => {
      const url = server.freshUrl()
      const { registry, lease, destination } = await setUp(url)
      for await (const item of destination.write(from(items))) {
        if (item.type === 'message') {
          expect((await registry.show('acme'))?.streams).toEqual({ posts: { at: 1 } })
          await lease.commit({ posts: { at: 1 } })
        }
      }
      expect((await registry.show('acme'))?.version).toBe(1)
      await Promise.all([destination.close(), lease.release()])
      await registry.close()
    })

    it('never goes back to a state that the destination folded into a newer one', async () => {
      const url = server.freshUrl()
      const { registry, lease, destination } = await setUp(url)
      const many = Array.from({ length: 20 }, (_, at) => [page(posts, [{ id: String(at) }]), state('posts', { at })]).flat()
      const seen: unknown[] = []
      for await (const item of deliver(from(many), { destination, lease, giveUp: () => undefined })) {
        if (item.type === 'message') seen.push((await registry.show('acme'))?.streams['posts'])
      }
      expect(seen).toHaveLength(20)
      expect(seen).toEqual(seen.toSorted((a, b) => atOf(a) - atOf(b)))
      expect((await registry.show('acme'))?.streams).toEqual({ posts: { at: 19 } })
      await Promise.all([destination.close(), lease.release()])
      await registry.close()
    })

    it('stores rows but no state of a joined commit that a newer one overtook', async () => {
      const url = server.freshUrl()
      const { registry, lease, destination } = await setUp(url)
      await lease.commit({ posts: { at: 9 } }, 9)
      const older = { ...state('posts', { at: 3 }), position: 3 } as Item
      for await (const _ of destination.write(from([page(posts, [{ id: '1' }]), older])));
      expect(await ask(url, (schema) => `select _extra from ${schema}.posts`)).toEqual([{ _extra: { id: '1' } }])
      expect((await registry.show('acme'))?.streams).toEqual({ posts: { at: 9 } })
      await Promise.all([destination.close(), lease.release()])
      await registry.close()
    })

    it('writes no row of a run that was fenced', async () => {
      const url = server.freshUrl()
      const { registry, lease, destination } = await setUp(url)
      clock.advance(60 * 60_000)
      const heir = await registry.acquire('acme', 'conn::test', 'run-2')
      const drain = async () => {
        for await (const _ of destination.write(from(items)));
      }
      await expect(drain()).rejects.toMatchObject({ code: 'ERR_STATE_FENCED' })
      await destination.close()
      expect(await ask(url, (schema) => `select * from ${schema}.posts`)).toEqual([])
      await Promise.all([lease.release(), heir.release()])
      await registry.close()
    })
  })
})
