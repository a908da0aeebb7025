import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { openService } from '../../service/open-service.ts'
import { temporaryFolder } from '../cli/run.ts'
import { sandboxClock } from './world.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const APP = { clientId: '1234567890', clientSecret: 'sandbox-app-secret' }

async function openConnect(env: Readonly<Record<string, string>> = {}) {
  const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', posts: 0, instagram: { accounts: 3, media: 5 } })
  onTestFinished(() => sandbox.close())
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'accounts.yaml'), 'accounts: []\n')
  const [facebook, instagram] = [sandbox.url, sandbox.instagramUrl]
  const service = await openService({
    accounts: `file:${join(folder, 'accounts.yaml')}`,
    output: `jsonl:${join(folder, 'data')}`,
    config: { base_url: facebook, instagram_base_url: instagram },
    secret: 'hidden',
    publicUrl: 'https://status.example.com/',
    tokens: {
      apps: { facebook: APP, instagram: APP },
      hosts: { facebookDialog: facebook, instagramDialog: instagram, instagramApi: instagram },
    },
    clock: sandboxClock(sandbox),
    env: { CONNECTOR_ACCOUNTS_KEY: KEY, ...env },
  })
  onTestFinished(() => service.close())
  const post = (login: string, secret: string) =>
    service.hono.request(`/connect/${login}`, { method: 'POST', body: new URLSearchParams({ secret }) })
  /** Logs in as a browser would; gives where the provider sends it, and the cookie of the beginning. */
  const logIn = async (login: string) => {
    const begun = await post(login, 'hidden')
    expect(begun.status).toBe(303)
    const cookie = begun.headers.get('set-cookie') ?? ''
    const dialog = begun.headers.get('location') ?? ''
    const answer = await fetch(dialog, { redirect: 'manual' })
    const back = new URL(answer.headers.get('location') ?? '')
    expect(back.origin).toBe('https://status.example.com')
    return { cookie, dialog: new URL(dialog), back }
  }
  const comeBack = ({ back, cookie }: { back: URL; cookie: string }) =>
    service.hono.request(`${back.pathname}${back.search}`, { headers: { cookie: cookie.split(';')[0] ?? '' } })
  return { sandbox, service, post, logIn, comeBack }
}

describe('connecting accounts', () => {
  it.each([
    ['facebook', 3],
    ['instagram', 1],
  ])('brings the accounts of a %s login into the registry, ready to be synced', async (login, count) => {
    const { service, logIn, comeBack, sandbox } = await openConnect()
    const begun = await logIn(login)
    expect(begun.cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/)
    expect(begun.dialog.searchParams.has('code_challenge')).toBe(login === 'facebook')
    const done = await comeBack(begun)
    const text = await done.text()
    expect({ status: done.status, text }).toMatchObject({ status: 200, text: expect.stringContaining('Accounts connected') })
    expect(text).toContain(sandbox.truth.accounts()[0])
    const sync = await service.hono.request('/api/cron/instagram', { headers: { authorization: 'Bearer hidden' } })
    expect(await sync.json()).toMatchObject({ success: true, accounts_processed: count })
  })

  it('does not begin without the secret, or for a login that is none', async () => {
    const { post, sandbox, service } = await openConnect()
    expect((await post('facebook', 'guess')).status).toBe(401)
    expect((await post('myspace', 'hidden')).status).toBe(400)
    expect(sandbox.requests).toEqual([])
    expect(await (await service.hono.request('/connect')).text()).toMatch(/Facebook Login[\s\S]*|Instagram Login/)
  })

  it('finishes a login only in the browser that began it, in time, with its own state', async () => {
    const { logIn, comeBack, sandbox } = await openConnect()
    const begun = await logIn('instagram')
    const code = async (answer: Response | Promise<Response>) => ((await (await answer).json()) as { error: { code: string } }).error.code
    expect(await code(comeBack({ ...begun, cookie: '' }))).toBe('ERR_LOGIN_STATE')
    expect(await code(comeBack({ ...begun, cookie: 'connector_login=guess' }))).toBe('ERR_LOGIN_STATE')
    const other = new URL(begun.back)
    other.pathname = '/connect/facebook/callback'
    expect(await code(comeBack({ ...begun, back: other }))).toBe('ERR_LOGIN_STATE')
    const forged = new URL(begun.back)
    forged.searchParams.set('state', `${begun.back.searchParams.get('state')}x`)
    expect(await code(comeBack({ ...begun, back: forged }))).toBe('ERR_LOGIN_STATE')
    const refused = new URL(begun.back)
    refused.searchParams.delete('code')
    refused.searchParams.set('error', 'access_denied')
    expect(await code(comeBack({ ...begun, back: refused }))).toBe('ERR_LOGIN_REFUSED')
    sandbox.clock.advance(11 * 60_000)
    expect(await code(comeBack(begun))).toBe('ERR_LOGIN_STATE')
  })

  it('does not take a code twice, and shows neither code nor token', async () => {
    const { logIn, comeBack } = await openConnect()
    const begun = await logIn('instagram')
    const first = await (await comeBack(begun)).text()
    const second = await comeBack(begun)
    const text = `${first}${await second.text()}`
    expect(second.status).toBeGreaterThanOrEqual(400)
    expect(text).not.toContain(begun.back.searchParams.get('code') ?? '?')
    expect(text).not.toMatch(/sandbox-app-secret|access_token=|hidden/)
  })
})
