import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPostgres, parsePostgresUrl } from '../../../framework/index.ts'
import { fakeClock } from '../../conformance/fake-clock.ts'
import { type PostgresServer, startPostgres } from '../../conformance/postgres-server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

let closing: (() => Promise<void>)[]
beforeEach(() => {
  closing = []
})
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
})

async function open(url: string) {
  const database = await openPostgres(url, { clock: fakeClock(), env: {} })
  closing.push(() => database.close())
  return database
}

/** ErrorResponse of the wire protocol. */
function errorPacket(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.alloc(5, 'E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

interface Cut {
  /** How many connections end. */
  readonly times: number
  /** At the statement that has this text. */
  readonly at: string
  /** Before the server gets the statement, or after its answer, between two statements. */
  readonly when: 'before' | 'after'
  /** What the server says as it ends the connection. */
  readonly last?: Buffer
}

/** Passes everything on and ends connections at a statement. */
async function proxyFor(url: string, { times, at, when, last }: Cut) {
  const { host, port } = parsePostgresUrl(url, {})
  const sockets = new Set<Socket>()
  const count = { connections: 0, cuts: 0 }
  const proxy = createServer((client) => {
    count.connections += 1
    const upstream = connect(port, host)
    let isCutting = false
    sockets.add(client).add(upstream)
    const end = () => {
      if (last) client.write(last)
      client.destroySoon()
      upstream.destroy()
    }
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy())
    upstream.on('error', () => client.destroy()).on('close', () => client.destroySoon())
    upstream.on('data', (chunk) => {
      client.write(chunk)
      if (isCutting) end()
    })
    client.on('data', (chunk) => {
      if (count.cuts < times && chunk.includes(at)) {
        count.cuts += 1
        if (when === 'before') return end()
        isCutting = true
      }
      upstream.write(chunk)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => proxy.close(resolve))
  })
  const target = new URL(url)
  target.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  return { url: target.href, count }
}

/** A port that nobody listens to. */
async function deadPort(): Promise<number> {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await new Promise((resolve) => other.close(resolve))
  return port
}

describe('openPostgres', () => {
  it.each<[string, Omit<Cut, 'times'>]>([
    ['between two statements', { at: 'first half', when: 'after' }],
    ['in a statement', { at: 'second half', when: 'before' }],
    [
      'by an administrator (57P01)',
      { at: 'first half', when: 'after', last: errorPacket('57P01', 'terminating connection due to administrator command') },
    ],
    ['by a pooler (08P01)', { at: 'second half', when: 'before', last: errorPacket('08P01', 'server conn crashed?') }],
    [
      'by a pooler (XX000)',
      { at: 'second half', when: 'before', last: errorPacket('XX000', 'DbHandler exited. Check logs for more information.') },
    ],
    [
      'when it was idle in a transaction (25P03)',
      { at: 'second half', when: 'before', last: errorPacket('25P03', 'terminating connection') },
    ],
  ])('does a transaction again whose connection ended %s, a few times', async (_when, cut) => {
    const url = server.freshUrl()
    const work = async (address: string) => {
      const database = await open(address)
      return database.transaction(async (query) => {
        await query(`select 'first half'`)
        // The end of the connection arrives before the next statement.
        await new Promise((resolve) => setImmediate(resolve))
        return (await query(`select 'second half' as done`)).rows
      })
    }
    const passing = await proxyFor(url, { ...cut, times: 2 })
    expect(await work(passing.url)).toEqual([{ done: 'second half' }])
    expect(passing.count).toEqual({ connections: 3, cuts: 2 })

    const broken = await proxyFor(url, { ...cut, times: 100 })
    await expect(work(broken.url)).rejects.toMatchObject({ code: 'ERR_POSTGRES_CONNECTION', failureType: 'transient_error' })
    expect(broken.count.connections).toBe(4)
  })

  it('says that work which cannot be repeated may have been done, instead of doing it twice', async () => {
    const { url, count } = await proxyFor(server.freshUrl(), { at: 'commit', when: 'before', times: 100 })
    const database = await open(url)
    const work = database.transaction((query) => query('select 1'), { repeatable: false })
    await expect(work).rejects.toMatchObject({ code: 'ERR_POSTGRES_CONNECTION' })
    expect(count.cuts).toBe(1)
  })

  it('continues with the next of several hosts', async () => {
    const { host, port, database, user, schema } = parsePostgresUrl(server.freshUrl(), {})
    const url = `postgres://${user}@127.0.0.1:${await deadPort()},${host}:${port}/${database}?schema=${schema}&sslmode=disable`
    const { rows } = await (await open(url)).transaction((query) => query('select 1 as one'))
    expect(rows).toEqual([{ one: 1 }])
  })

  it('reads pairs, hints of poolers, and an optional TLS that the server does not have', async () => {
    const { host, port, database, user } = parsePostgresUrl(server.freshUrl(), {})
    const pairs = `host=${host} port=${port} dbname=${database} user=${user} sslmode=prefer application_name=nightly`
    const one = await open(pairs)
    expect((await one.transaction((query) => query('select 1 as one'))).rows).toEqual([{ one: 1 }])
    const single = await open(`postgres://${user}@${host}:${port}/${database}?pgbouncer=true&connection_limit=1&supa=x&sslmode=disable`)
    const both = await Promise.all([1, 2].map((value) => single.transaction((query) => query('select $1::int as value', [value]))))
    expect(both.map(({ rows }) => rows[0]?.['value'])).toEqual([1, 2])
  })

  it('says that a server has no TLS when TLS is required', async () => {
    const { host, port, database, user } = parsePostgresUrl(server.freshUrl(), {})
    const encrypted = await open(`postgres://${user}@${host}:${port}/${database}?sslmode=require`)
    const work = encrypted.transaction((query) => query('select 1'))
    await expect(work).rejects.toMatchObject({
      code: 'ERR_POSTGRES_TLS',
      message: expect.stringMatching(/does not support TLS; write sslmode=disable/),
    })
  })

  it('leaves a bug in the work a bug', async () => {
    const database = await open(server.freshUrl())
    const work = database.transaction(() => Promise.reject(new TypeError('a bug')))
    await expect(work).rejects.toThrow(TypeError)
  })
})
