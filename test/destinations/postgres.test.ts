import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresDestination } from '../../destinations/postgres.ts'
import { tableName } from '../../destinations/tables/names.ts'
import { type Item, parsePostgresUrl, type Row } from '../../framework/index.ts'
import { learnSchemas } from '../../schemas/learn.ts'
import { from, type Place, recordOf, runOf, testDestination } from '../conformance/destination.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
import { page, state, streamInfo } from '../conformance/items.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { selectTexts, testTableDestination } from '../conformance/table-destination.ts'
import { testWriteModes } from '../conformance/write-modes.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

/** Rows of the last of several statements. */
async function ask(url: string, sql: string): Promise<Row[]> {
  const { host, port, database, user, password } = parsePostgresUrl(url)
  const client = new pg.Client({ host, port, database, user, password })
  await client.connect()
  try {
    const results = (await client.query(`begin; set local time zone 'UTC'; ${sql}; commit`)) as unknown as readonly { rows: Row[] }[]
    return results.at(-2)?.rows ?? []
  } finally {
    await client.end()
  }
}

const tableOf = (url: string, table: string) => `"${parsePostgresUrl(url).schema}"."${table}"`

async function createPlace(): Promise<Place> {
  const url = server.freshUrl()
  return {
    open: () => postgresDestination(url, { clock: fakeClock(), layout: 'per_stream' }),
    rows: async (stream) => (await ask(url, `select * from ${tableOf(url, tableName(stream))} order by ctid`)).map(recordOf),
    text: (text) => text.replaceAll('\u0000', '\ufffd').toWellFormed(),
    destroy: async () => undefined,
  }
}
testDestination('postgres:', createPlace)
testWriteModes('postgres:', createPlace, ['append', 'merge', 'replace'])

testTableDestination('postgres:', async () => {
  const url = server.freshUrl()
  return {
    open: (layout) => postgresDestination(url, { clock: fakeClock(), layout, learn: learnSchemas() }),
    table: (name) => tableOf(url, name),
    execute: async (sql) => void (await ask(url, `${sql}; select 1`)),
    select: async (table, columns, order) =>
      (await ask(url, selectTexts(tableOf(url, table), columns, order))).map((row) => Object.values(row) as (string | null)[]),
    destroy: async () => undefined,
  }
})

describe('postgresDestination', () => {
  const posts = streamInfo('posts', { schema: { type: 'object', properties: { id: { type: 'string' } } } })

  async function run(url: string, items: readonly Item[]) {
    const destination = await postgresDestination(url, { clock: fakeClock() })
    try {
      await destination.open(runOf([posts]))
      for await (const _ of destination.write(from(items)));
    } finally {
      await destination.close()
    }
  }
  const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }))

  it('rolls back and fails when the database keeps fewer rows than it was given', async () => {
    const url = server.freshUrl()
    await run(url, [])
    const table = tableOf(url, 'posts')
    const name = `"${parsePostgresUrl(url).schema}".drop_some`
    await ask(
      url,
      `create function ${name}() returns trigger language plpgsql as $$ begin if new.id = '3' then return null; end if; return new; end $$;
       create trigger drop_some before insert on ${table} for each row execute function ${name}(); select 1`,
    )
    await expect(run(url, [page(posts, ids(5))])).rejects.toMatchObject({ code: 'ERR_OUTPUT_COUNT' })
    expect(await ask(url, `select id from ${table}`)).toEqual([])
  })

  it.each([1, 2, 3])('does a batch again whose connection was cut, %i times', async (cuts) => {
    const url = server.freshUrl()
    await run(url, [])
    const proxy = await cuttingProxy(url, cuts)
    try {
      await run(proxy.url, [page(posts, ids(2_000)), state('posts', { at: 1 })])
    } finally {
      await proxy.stop()
    }
    expect(proxy.cut()).toBe(cuts)
    expect(await ask(url, `select count(*)::int as rows, count(distinct id)::int as ids from ${tableOf(url, 'posts')}`)).toEqual([
      { rows: 2_000, ids: 2_000 },
    ])
  })

  it('gives up on a connection that breaks again and again, and hands no STATE on', async () => {
    const url = server.freshUrl()
    await run(url, [])
    const proxy = await cuttingProxy(url, 100)
    const destination = await postgresDestination(proxy.url, { clock: fakeClock() })
    const accepted: string[] = []
    const work = async () => {
      await destination.open(runOf([posts]))
      for await (const item of destination.write(from([page(posts, ids(2_000)), state('posts', { at: 1 })]))) accepted.push(item.type)
    }
    await expect(work()).rejects.toMatchObject({ code: 'ERR_POSTGRES_CONNECTION', failureType: 'transient_error' })
    await destination.close()
    await proxy.stop()
    expect(accepted).toEqual(['page'])
  })

  it.each([
    ['no database', 'postgres://h/', /names no database/],
    ['an unknown sslmode', 'postgres://u:hidden@h/d?sslmode=on', /sslmode 'on'/],
    ['a missing certificate', 'postgres://u:hidden@h/d?sslrootcert=/none', /sslrootcert \/none cannot be read/],
  ])('refuses a URL with %s, without its password', (_what, url, message) => {
    expect(() => parsePostgresUrl(url)).toThrow(message)
    expect(() => parsePostgresUrl(url)).not.toThrow(/hidden/)
  })

  it.each([
    ['postgres://localhost/d', false],
    ['postgres://127.0.0.1/d?sslmode=require', { rejectUnauthorized: false }],
    ['postgres://db.example.com/d', { rejectUnauthorized: true }],
    ['postgres://db.example.com/d?sslmode=require', { rejectUnauthorized: false }],
    ['postgres://db.example.com/d?sslmode=disable', false],
  ])('reads how to encrypt from %s', (url, tls) => {
    expect(parsePostgresUrl(url).tls).toEqual(tls)
  })
})

/** Passes everything on, but cuts the first connections in the middle of the first large message. */
async function cuttingProxy(url: string, cuts: number) {
  const { host, port } = parsePostgresUrl(url)
  let done = 0
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const upstream = connect(port, host)
    sockets.add(client).add(upstream)
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.pipe(client)
    client.on('data', (chunk) => {
      if (chunk.length < 8_000 || done >= cuts) return void upstream.write(chunk)
      done += 1
      upstream.write(chunk.subarray(0, 4_000), () => client.destroy())
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const target = new URL(url)
  target.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => proxy.close(resolve))
  }
  return { url: target.href, cut: () => done, stop }
}
