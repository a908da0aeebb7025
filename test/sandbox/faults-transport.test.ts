import { afterEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { ask, NOW, pageOf, withSandbox } from './ask.ts'
import { rawGet } from './raw.ts'

describe('faults in how it is sent', () => {
  const sandbox = withSandbox()
  afterEach(() => sandbox().faults.clear())
  const get = (signal?: AbortSignal) => rawGet(sandbox(), '/v25.0/me/accounts', 'sandbox-user-token', signal)

  it('delay answers later', async () => {
    sandbox().faults.add({ kind: 'delay', ms: 60 })
    const begun = performance.now()
    expect((await get()).status).toBe(200)
    expect(performance.now() - begun).toBeGreaterThanOrEqual(55)
  })

  it('stall-headers never answers', async () => {
    sandbox().faults.add({ kind: 'stall-headers' })
    const answer = await get(AbortSignal.timeout(150))
    expect([answer.status, answer.broken]).toEqual([0, 'ABORT_ERR'])
  })

  it('stall-body stops within the body', async () => {
    sandbox().faults.add({ kind: 'stall-body', bytes: 30 })
    const answer = await get(AbortSignal.timeout(150))
    expect([answer.status, answer.bytes.length]).toEqual([200, 30])
    expect(answer.broken).toBeDefined()
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(30)
  })

  it.each([0, 1, 100])('reset after %i bytes', async (bytes) => {
    sandbox().faults.add({ kind: 'reset', bytes })
    const answer = await get()
    expect([answer.bytes.length, answer.broken]).toEqual([bytes, 'ECONNRESET'])
  })

  it('reset comes after the work is done', async () => {
    sandbox().faults.add({ kind: 'reset', match: { method: 'DELETE' } })
    const token = 'sandbox-no-content-token'
    await expect(ask(sandbox(), '/v25.0/me/permissions', { method: 'DELETE', token })).rejects.toThrow()
    expect((await ask(sandbox(), '/v25.0/me', { token })).json.error).toMatchObject({ code: 190, error_subcode: 458 })
  })

  it('is in the log: status 0 when none was sent', async () => {
    sandbox().reset()
    sandbox().faults.add({ kind: 'reset', times: 1 })
    await get()
    await get()
    expect(sandbox().requests.map((request) => [request.status, request.faults])).toEqual([
      [0, ['reset']],
      [200, []],
    ])
  })
})

describe('close', () => {
  it('ends stalled connections', async () => {
    const sandbox = await startSandbox({ now: NOW })
    sandbox.faults.add({ kind: 'stall-headers' })
    const waiting = rawGet(sandbox, '/v25.0/me', 'sandbox-user-token')
    await expect.poll(() => sandbox.requests.length).toBe(1)
    await sandbox.close()
    expect((await waiting).broken).toBe('ECONNRESET')
  })

  it('frees the port; a taken one is refused', async () => {
    const first = await startSandbox({ now: NOW })
    const port = Number(new URL(first.url).port)
    await expect(startSandbox({ port })).rejects.toThrow(/EADDRINUSE/)
    await first.close()
    const second = await startSandbox({ port })
    expect(pageOf(second).id).toBe(pageOf(first).id)
    await second.close()
  })
})
