import { beforeEach, describe, expect, it } from 'vitest'
import type { ServiceDependencies } from '../../service/dependencies.ts'
import { ago, visible } from '../../service/page/text.ts'
import { createService } from '../../service/service.ts'
import { openSyncWorld, type SyncWorld } from './world.ts'

describe('the status page', () => {
  let world: SyncWorld
  beforeEach(async () => {
    world = await openSyncWorld({ instagram: { accounts: 2, media: 10 } })
  })

  const open = async (more: Partial<ServiceDependencies> = {}, headers: Record<string, string> = {}) => {
    const { request, sync } = world
    const parts = { sync: { run: () => sync(), accounts: request.accounts, providers: [] }, secret: 'hidden', clock: request.clock }
    const service = createService({ ...parts, logger: request.logger, redact: request.redactor.redact, ...more })
    const response = await service.request('/', { headers })
    return { response, text: await response.text() }
  }

  it('shows accounts, runs and both charts, and has no scripts and no style of its own', async () => {
    await world.sync()
    const { response, text } = await open()
    const { name = '' } = (await world.accounts.find('a1')) ?? {}
    expect(response.status).toBe(200)
    for (const part of [name, '50 days left', '2027-01-02', 'Posts and insights per day', 'Calls per day', '20 in 30 days', 'Complete']) {
      expect(text).toContain(part)
    }
    expect(text).not.toMatch(/<script|style="|onclick|javascript:|https?:\/\//)
  })

  it('has a policy that lets nothing in and nothing run', async () => {
    const { response } = await open()
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('shows markup and terminal codes in names and reasons as text', async () => {
    const token = await world.accounts.token('a1')
    const name = '<img src=x onerror="alert(1)">\u001b[31mred\u202edlrow'
    await world.accounts.save({ externalId: '1', name, provider: 'meta', login: 'instagram' }, token)
    await world.accounts.setStatus('a3', 'needs_login', '</td><script>alert(2)</script>')
    const { text } = await open()
    expect(text).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;␛[31mred⟨202e⟩dlrow')
    expect(text).toContain('&lt;/td&gt;&lt;script&gt;')
    for (const raw of ['<img', '<script', '\u001b', '\u202e']) expect(text).not.toContain(raw)
  })

  it('names what needs a login, what is due and what will stop', async () => {
    await world.accounts.setStatus('a1', 'needs_login', 'the password was changed')
    await world.accounts.replaceToken('a2', async ({ current }) => ({ ...current, expiresAt: '2026-11-22T12:00:00.000Z' }))
    const { text } = await open({ warnings: () => ['Graph API: v21.0 stops on 2027-01-21, in 62 days'] })
    for (const part of ['Needs a login', 'the password was changed', '2 days left', 'v21.0 stops on 2027-01-21'])
      expect(text).toContain(part)
  })

  it('says so when there is nothing yet', async () => {
    for (const id of ['a1', 'a2']) await world.accounts.remove(id)
    const { text } = await open()
    expect(text).toContain('There are no accounts yet')
    expect(text).toContain('No run yet')
  })

  it('asks for the password where it is protected', async () => {
    expect((await open({ protectPage: true })).response.status).toBe(401)
    const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}` })
    expect((await open({ protectPage: true }, basic('wrong'))).response.status).toBe(401)
    expect((await open({ protectPage: true }, basic('hidden'))).response.status).toBe(200)
  })
})

describe('visible', () => {
  it.each([
    ['plain name', 'plain name'],
    ['\u001b[2J\u0007', '␛[2J␇'],
    ['a\u202eb', 'a⟨202e⟩b'],
    ['\u009b31m', '⟨9b⟩31m'],
    ['👩\u200d👧 é', '👩\u200d👧 é'],
    ['\ud800x', '\ufffdx'],
  ])('shows %j as %j', (given, shown) => expect(visible(given)).toBe(shown))
})

describe('ago', () => {
  const now = Date.UTC(2026, 10, 20, 12)
  it.each([
    ['2026-11-20T12:00:00Z', 'just now'],
    ['2026-11-20T11:55:00Z', '5 min ago'],
    ['2026-11-20T09:00:00Z', '3 h ago'],
    ['2026-11-17T12:00:00Z', '3 days ago'],
    ['2026-11-21T12:00:00Z', 'just now'],
  ])('says of %s: %s', (at, text) => expect(ago(at, now)).toBe(text))
})
