import { beforeEach, describe, expect, it } from 'vitest'
import type { ServiceDependencies } from '../../service/dependencies.ts'
import { createService } from '../../service/service.ts'
import type { SyncSummary } from '../../sync/summary.ts'
import { openSyncWorld, type SyncWorld } from './world.ts'

const SECRET = 'a secret of the test'
const bearer = { headers: { authorization: `Bearer ${SECRET}` } }

function serviceOf({ request, sync }: SyncWorld, more: Partial<ServiceDependencies> = {}) {
  const run: ServiceDependencies['sync']['run'] = ({ recipeName: _, ...options } = {}) => sync(options)
  return createService({
    sync: { run, accounts: request.accounts, providers: [] },
    secret: SECRET,
    clock: request.clock,
    logger: request.logger,
    redact: request.redactor.redact,
    version: '1.2.3',
    ...more,
  })
}

describe('the service', () => {
  let world: SyncWorld
  beforeEach(async () => {
    world = await openSyncWorld({ instagram: { accounts: 3, media: 10 } })
  })

  it.each(['GET', 'POST'])('syncs on %s /api/cron/instagram and answers the summary', async (method) => {
    const response = await serviceOf(world).request('/api/cron/instagram', { method, ...bearer })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ success: true, accounts_processed: 3, posts_inserted: 30, requests_made: 3, errors: [] })
  })

  it.each([
    ['no secret', {}],
    ['a wrong one', { authorization: 'Bearer wrong' }],
    ['one that begins right', { authorization: `Bearer ${SECRET.slice(0, -1)}` }],
    ['another scheme', { authorization: `Basic ${SECRET}` }],
  ])('refuses every change with %s', async (_case, headers) => {
    const service = serviceOf(world)
    for (const path of ['/api/cron/instagram', '/api/accounts/a1/sync']) {
      const response = await service.request(path, { method: 'POST', headers })
      expect(response.status).toBe(401)
      expect(await response.text()).not.toContain(SECRET)
    }
    const form = await service.request('/sync', { method: 'POST', body: new URLSearchParams({ secret: 'wrong' }) })
    expect(form.status).toBe(401)
    expect(world.sandbox.requests).toEqual([])
  })

  it('refuses everybody when it has no secret', async () => {
    const response = await serviceOf(world, { secret: undefined }).request('/api/cron/instagram', { headers: { authorization: 'Bearer ' } })
    expect(response.status).toBe(503)
    expect(world.sandbox.requests).toEqual([])
  })

  it('answers 409 while a run is in progress', async () => {
    let leave: ((summary: SyncSummary) => void) | undefined
    const run = () => new Promise<SyncSummary>((resolve) => (leave = resolve))
    const service = serviceOf(world, { sync: { run, accounts: world.accounts, providers: [] } })
    const first = service.request('/api/cron/instagram', bearer)
    const second = await service.request('/api/cron/instagram', bearer)
    expect(second.status).toBe(409)
    expect(await second.json()).toMatchObject({ error: { code: 'ERR_SYNC_RUNNING', message: expect.stringContaining('2026-11-20T12:00') } })
    leave?.(await world.sync())
    expect((await first).status).toBe(200)
  })

  it('hands the deadline on, and ends resumable', async () => {
    const service = serviceOf(world, { deadlineSeconds: 0 })
    const summary = await (await service.request('/api/cron/instagram', bearer)).json()
    expect(summary).toMatchObject({ success: false, exit_code: 3, accounts_left: 3, requests_made: 0 })
  })

  it('syncs one account by either id, and knows no other', async () => {
    const service = serviceOf(world)
    const post = (id: string) => service.request(`/api/accounts/${id}/sync`, { method: 'POST', ...bearer })
    expect(await (await post('a2')).json()).toMatchObject({ accounts_processed: 1 })
    expect(await (await post(world.ids[2] ?? '')).json()).toMatchObject({ accounts_processed: 1 })
    expect((await post('404')).status).toBe(404)
    expect(world.sandbox.requests).toHaveLength(2)
  })

  it('starts a run from the form of the page', async () => {
    const body = new URLSearchParams({ secret: SECRET, account: 'a1' })
    const response = await serviceOf(world).request('/sync', { method: 'POST', body })
    expect({ status: response.status, location: response.headers.get('location') }).toEqual({ status: 303, location: '/#history' })
    expect(world.sandbox.requests).toHaveLength(1)
  })

  it('is healthy as long as the registry answers', async () => {
    expect(await (await serviceOf(world).request('/healthz')).json()).toEqual({ status: 'ok', accounts: 3, running_since: null })
    const broken = Object.assign(Object.create(world.accounts), { list: () => Promise.reject(new Error('gone')) })
    const response = await serviceOf(world, { sync: { run: () => world.sync(), accounts: broken, providers: [] } }).request('/healthz')
    expect(response.status).toBe(503)
  })

  it('counts for Prometheus', async () => {
    const service = serviceOf(world)
    await service.request('/api/cron/instagram', bearer)
    world.sandbox.clock.advance(90_000)
    const text = await (await service.request('/metrics')).text()
    const [first = ''] = world.ids
    for (const line of [
      'connector_info{version="1.2.3"} 1',
      'connector_runs_total{outcome="success"} 1',
      'connector_requests_total 3',
      'connector_media_items_total{change="inserted"} 30',
      'connector_accounts{status="active"} 3',
      'connector_accounts{status="needs_login"} 0',
      `connector_token_days_left{account="${first}"} 49`,
      `connector_sync_lag_seconds{account="${first}"} 90`,
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    expect(text).toMatch(/^connector_usage_percent \d+/m)
    const names = [...text.matchAll(/^# TYPE (\S+) (counter|gauge)$/gm)].map(([, name]) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('says nothing of secrets and tokens, whatever is asked', async () => {
    const service = serviceOf(world)
    const answers: string[] = []
    world.sandbox.faults.add({ match: { path: '*/media' }, times: 1, kind: 'echo-token', code: 190 })
    for (const path of ['/api/cron/instagram', '/', '/metrics', '/healthz', '/style.css', '/nothing']) {
      const response = await service.request(path, bearer)
      answers.push(await response.text())
    }
    expect(answers.join('\n')).not.toMatch(/sandbox-instagram-token|a secret of the test/)
    expect(world.log.join('\n')).not.toContain(SECRET)
  })
})
