import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { bigCount, bigId } from '../../sandbox/faults/bytes.ts'
import type { FaultKind } from '../../sandbox/faults/fault.ts'
import { ask, codeOf, pageOf, withSandbox } from './ask.ts'
import { rawGet } from './raw.ts'

describe('faults in what is said', () => {
  const sandbox = withSandbox()
  afterEach(() => sandbox().faults.clear())
  const hit = async (fault: FaultKind, path = '/v25.0/me/accounts') => {
    sandbox().faults.add(fault)
    return ask(sandbox(), path)
  }

  it('error: any status, code, subcode and text', async () => {
    const answer = await hit({ kind: 'error', status: 503, code: 2, subcode: 99, message: 'Service down', transient: true })
    expect(answer.status).toBe(503)
    expect(answer.json.error).toMatchObject({ code: 2, error_subcode: 99, message: 'Service down', is_transient: true })
  })

  it('error-in-200 says it with success', async () => {
    const answer = await hit({ kind: 'error-in-200', code: 190, subcode: 463 })
    expect([answer.status, codeOf(answer)]).toEqual([200, '190/463'])
  })

  it('reshape: rows of lists change from a time of the clock on', async () => {
    const rowsUnder = async (change: 'appears' | 'text' | 'gone', field: string, from?: Date): Promise<Record<string, unknown>[]> => {
      sandbox().faults.clear()
      const answer = await hit(
        { kind: 'reshape', field, change, ...(from ? { from: from.toISOString() } : {}) },
        '/v25.0/me/accounts?fields=id,name,fan_count',
      )
      return answer.json.data
    }
    const now = sandbox().clock.now().getTime()
    const before = await rowsUnder('gone', 'name', new Date(now + 1))
    expect(before.every(({ name }) => typeof name === 'string')).toBe(true)
    expect(await rowsUnder('gone', 'name', new Date(now))).toEqual(before.map(({ name: _, ...row }) => row))
    expect(await rowsUnder('appears', 'mood')).toEqual(before.map((row) => ({ ...row, mood: 'new' })))
    expect(await rowsUnder('text', 'fan_count')).toEqual(before.map((row) => ({ ...row, fan_count: String(row['fan_count']) })))
  })

  it('echo-token repeats the token', async () => {
    expect((await hit({ kind: 'echo-token' })).json.error.message).toBe('Malformed access token sandbox-user-token')
  })

  it.each(['5', 'Fri, 20 Nov 2026 13:00:00 GMT', 'soon', '1000000000'])('retry-after: 429 with "%s"', async (value) => {
    const answer = await hit({ kind: 'retry-after', value })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, value])
  })

  it.each([200, 502])('html with status %i', async (status) => {
    const answer = await hit({ kind: 'html', status })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8'])
    expect(answer.text).toMatch(/^<(!DOCTYPE )?html>/)
  })

  it('empty', async () => {
    const answer = await hit({ kind: 'empty' })
    expect([answer.status, answer.text]).toEqual([200, ''])
  })

  it('body and header: any text', async () => {
    sandbox().faults.add({ kind: 'header', name: 'x-app-usage', value: '{broken' })
    const answer = await hit({ kind: 'body', body: '{"data":[{"__proto__":{"x":1},"id":"1"}]}' })
    expect(answer.text).toContain('__proto__')
    expect(answer.headers.get('x-app-usage')).toBe('{broken')
  })

  it('truncate keeps the length header true', async () => {
    const answer = await hit({ kind: 'truncate', bytes: 40 })
    expect([answer.status, answer.text.length, answer.headers.get('content-length')]).toEqual([200, 40, '40'])
    expect(answer.json).toBeUndefined()
  })

  it('redirect', async () => {
    const answer = await hit({ kind: 'redirect', location: 'http://169.254.169.254/latest' })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://169.254.169.254/latest'])
  })

  it('wrong-content-type over a good body', async () => {
    const answer = await hit({ kind: 'wrong-content-type', contentType: 'text/plain' })
    expect([answer.headers.get('content-type'), answer.json.data.length]).toEqual(['text/plain', 3])
  })

  it('bom and invalid-utf8 change bytes, not the length of the list', async () => {
    sandbox().faults.add({ kind: 'invalid-utf8' })
    sandbox().faults.add({ kind: 'bom' })
    const { id, token } = pageOf(sandbox())
    const { bytes } = await rawGet(sandbox(), `/v25.0/${id}/posts?fields=message`, token)
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(bytes[bytes.indexOf('"message":"') + 11]).toBe(0xff)
    expect(bytes.toString('utf8')).toContain('\ufffd')
  })

  it('big-ints: ids and counts as numbers beyond 2^53, every digit in place', async () => {
    sandbox().faults.add({ kind: 'big-ints' })
    const { id, token } = pageOf(sandbox())
    const { bytes } = await rawGet(sandbox(), `/v25.0/${id}?fields=id,fan_count`, token)
    const count = bigCount(sandbox().pages.facts(id).fan_count)
    expect(bytes.toString()).toBe(`{"id":${bigId(id)},"fan_count":${count}}`)
    expect([bigId(id).length, BigInt(count) > 2n ** 53n]).toEqual([20, true])
  })

  it('gzip-bomb: small on the wire, large when unpacked, JSON all the same', async () => {
    sandbox().faults.add({ kind: 'gzip-bomb', megabytes: 8 })
    const { bytes, headers } = await rawGet(sandbox(), '/v25.0/me', 'sandbox-user-token')
    expect(headers['content-encoding']).toBe('gzip')
    expect(bytes.length).toBeLessThan(20_000)
    const unpacked = gunzipSync(bytes)
    expect(unpacked.length).toBeGreaterThan(8 * 1_048_576)
    expect(JSON.parse(unpacked.toString())).toEqual({ data: [] })
  })

  it('deep-json', async () => {
    expect((await hit({ kind: 'deep-json', depth: 20_000 })).text).toMatch(/^\{"data":\[\[{20000}\]{20000}\]\}$/)
  })

  it('refuse-metric fails the calls that ask for it', async () => {
    const { id, token } = pageOf(sandbox())
    sandbox().faults.add({ kind: 'refuse-metric', metric: 'page_follows' })
    const read = (metric: string) => ask(sandbox(), `/v25.0/${id}/insights?metric=${metric}&period=day`, { token })
    expect(codeOf(await read('page_media_view,page_follows'))).toBe('100')
    expect((await read('page_media_view')).status).toBe(200)
  })

  it('revoke-page and expire-token happen once and last', async () => {
    const [{ id, token }, other] = [pageOf(sandbox(), 1), pageOf(sandbox(), 2)]
    const revoke = sandbox().faults.add({ kind: 'revoke-page', match: { page: id } })
    const expire = sandbox().faults.add({ kind: 'expire-token', match: { page: other.id }, skip: 1 })
    expect(codeOf(await ask(sandbox(), `/v25.0/${id}`, { token }))).toBe('190/492')
    expect((await ask(sandbox(), `/v25.0/${other.id}`, { token: other.token })).status).toBe(200)
    expect(codeOf(await ask(sandbox(), `/v25.0/${other.id}`, { token: other.token }))).toBe('190/463')
    sandbox().faults.clear(revoke)
    sandbox().faults.clear(expire)
    expect(codeOf(await ask(sandbox(), `/v25.0/${id}`, { token }))).toBe('190/492')
  })
})
