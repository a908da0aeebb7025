import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseS3Url } from '../../state/s3/address.ts'
import { openBucket } from '../../state/s3/bucket.ts'
import { s3StateRegistry } from '../../state/s3.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
import { type S3Server, s3Environment, startS3 } from '../conformance/s3-server.ts'
import { testStateRegistry } from '../conformance/state-registry.ts'

let server: S3Server
beforeAll(async () => {
  server = await startS3(7)
})
afterAll(() => server.stop())

testStateRegistry('s3:', async () => {
  const url = server.freshUrl()
  return { connect: async (clock) => s3StateRegistry(url, { clock, env: s3Environment }), destroy: async () => undefined }
})

describe('s3StateRegistry', () => {
  const clock = fakeClock()
  const open = (url: string) => s3StateRegistry(url, { clock, env: s3Environment })

  it.each([
    ['a reset connection', 'reset'],
    ['a busy server', 503],
    ['another conditional write under way', 409],
    ['an answer that got lost after the write', 'lost'],
  ] as const)('gets over %s at any request', async (_what, fault) => {
    for (let at = 0; at < 8; at++) {
      const registry = open(server.freshUrl())
      server.faults.splice(0, server.faults.length, ...Array(at).fill(undefined), fault)
      const lease = await registry.acquire('acme', 'conn::test', 'run-1')
      await lease.commit({ a: { at: 1 } })
      await lease.commit({ a: { at: 2 } })
      await lease.release()
      expect(await registry.show('acme')).toMatchObject({ version: 2, streams: { a: { at: 2 } } })
    }
  })

  it('gives up after a few tries, as a passing error', async () => {
    const registry = open(server.freshUrl())
    server.faults.push(...Array(5).fill(503))
    await expect(registry.show('acme')).rejects.toMatchObject({ code: 'ERR_STATE_STORAGE', failureType: 'transient_error' })
    expect(server.faults).toEqual([])
  })

  it('stops a silent holder whose write is on its way when another takes over', async () => {
    const registry = open(server.freshUrl())
    const silent = await registry.acquire('acme', 'conn::test', 'run-1')
    await silent.commit({ a: { at: 1 } })
    const [key = ''] = [...server.objects.keys()].filter((name) => name.endsWith('acme.json')).slice(-1)
    const before = server.objects.get(key)
    clock.advance(60 * 60_000)
    const heir = await registry.acquire('acme', 'conn::test', 'run-2')
    expect(server.objects.get(key)).not.toBe(before)
    await heir.commit({ a: { at: 2 } })
    await heir.release()
    expect((await registry.history('acme')).map(({ streams }) => streams)).toEqual([{ a: { at: 2 } }, { a: { at: 1 } }])
  })

  it('never overwrites what somebody else wrote past the lock', async () => {
    const registry = open(server.freshUrl())
    const lease = await registry.acquire('acme', 'conn::test', 'run-1')
    await lease.commit({ a: { at: 1 } })
    const [key = ''] = [...server.objects.keys()].filter((name) => name.endsWith('acme.json')).slice(-1)
    server.objects.set(key, `${server.objects.get(key)} `)
    await expect(lease.commit({ a: { at: 2 } })).rejects.toMatchObject({ code: 'ERR_STATE_FENCED' })
    await lease.release()
  })

  it.each([
    ['an empty object', ''],
    ['half an object', '{"format":"connector-state"'],
    ['another format', '{"some":"json"}'],
  ])('refuses %s instead of starting over', async (_what, text) => {
    const registry = open(server.freshUrl())
    const lease = await registry.acquire('acme', 'conn::test', 'run-1')
    await lease.commit({ a: { at: 1 } })
    const [key = ''] = [...server.objects.keys()].filter((name) => name.endsWith('acme.json')).slice(-1)
    server.objects.set(key, text)
    await expect(lease.load()).rejects.toMatchObject({ code: 'ERR_STATE_UNREADABLE', failureType: 'config_error' })
    await expect(registry.show('acme')).rejects.toMatchObject({ code: 'ERR_STATE_UNREADABLE' })
    await lease.release()
  })

  it('says what is wrong with the access', async () => {
    const refused = s3StateRegistry(server.freshUrl(), { clock, env: { ...s3Environment, AWS_SECRET_ACCESS_KEY: 'wrong' } })
    await expect(refused.show('acme')).rejects.toMatchObject({ code: 'ERR_S3_ACCESS' })
    const nameless = s3StateRegistry(server.freshUrl(), { clock, env: {} })
    await expect(nameless.show('acme')).rejects.toMatchObject({ code: 'ERR_AWS_CREDENTIALS' })
  })
})

describe('parseS3Url', () => {
  it.each([
    ['s3://b/p/q/', {}, 'https://b.s3.us-east-1.amazonaws.com', 'p/q/'],
    ['s3://b', { AWS_REGION: 'eu-west-1' }, 'https://b.s3.eu-west-1.amazonaws.com', ''],
    ['s3://a.b/p', {}, 'https://s3.us-east-1.amazonaws.com/a.b', 'p/'],
    ['s3://b/p', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9000/' }, 'http://127.0.0.1:9000/b', 'p/'],
    ['s3://b/p?endpoint=http://x:1&region=auto', { AWS_ENDPOINT_URL_S3: 'http://y' }, 'http://x:1/b', 'p/'],
  ])('reads %s', (url, env, base, prefix) => {
    expect(parseS3Url(url, env)).toMatchObject({ base, prefix })
  })

  it.each([
    ['s3:///x', /names no bucket/],
    ['s3://b/p?endpiont=x', /unknown parameter 'endpiont'/],
    ['s3://b/p?endpoint=ftp://x', /must be an http/],
  ])('refuses %s', (url, message) => {
    expect(() => parseS3Url(url, {})).toThrow(message)
  })
})

describe('openBucket', () => {
  it('lists more keys than one answer holds, odd ones too', async () => {
    const bucket = openBucket(parseS3Url(server.freshUrl(), s3Environment), { clock: fakeClock() })
    const keys = [...Array.from({ length: 20 }, (_, index) => `n/${String(index).padStart(2, '0')}`), "n/a&b<c>'(d)!*~ +%ü"].sort()
    for (const key of keys) await bucket.put(key, key)
    expect(await bucket.list('n/')).toEqual(keys)
    expect((await bucket.get(keys.at(-1) ?? ''))?.text).toBe(keys.at(-1))
  })
})
