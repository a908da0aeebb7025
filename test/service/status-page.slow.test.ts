import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SyncLogEntry } from '../../framework/index.ts'
import { createService } from '../../service/service.ts'
import { chromiumPath, openChromium } from './browser/chromium.ts'
import { MemoryAccounts } from './memory-registry.ts'

const NOW = Date.UTC(2026, 10, 20, 12, 7)
const DAY = 86_400_000
const at = (ago: number) => new Date(NOW - ago).toISOString()
/** Set to a folder to have the pictures of the documentation made anew. */
const pictures = process.env['CONNECTOR_TEST_PICTURES']

async function filledAccounts(): Promise<MemoryAccounts> {
  const accounts = new MemoryAccounts()
  const names = [
    'harbour_coffee',
    'north_light_studio',
    'baker.street.books',
    'velo_werkstatt',
    'the_slow_garden',
    'museum.of.small.things',
  ]
  for (const [index, name] of names.entries()) {
    const token = { accessToken: `sandbox-${index}`, createdAt: at(30 * DAY), expiresAt: at(-(4 + index * 9) * DAY) }
    const { id } = await accounts.save(
      { externalId: `1784140000000000${index}`, provider: 'meta', name, login: 'instagram', priority: index === 0 ? 1 : 2 },
      token,
    )
    await accounts.markSynced(id, at((7 + index * 4) * 60_000))
  }
  await accounts.setStatus('a4', 'needs_login', 'the password was changed; log in again')
  await accounts.setStatus('a6', 'paused')
  const posts = (day: number) => Math.round(6 + 5 * Math.sin(day / 2.3) + 3 * Math.cos(day * 1.7))
  for (let day = 29; day >= 0; day--) {
    const count = Math.max(0, posts(day))
    await accounts.log(entry({ day, account: undefined, inserted: count, requests: 210 + ((day * 37) % 90) }))
    await accounts.log(entry({ day, account: `a${(day % 5) + 1}`, inserted: count, requests: 2 }))
  }
  return accounts
}

interface EntryFacts {
  readonly day: number
  readonly account: string | undefined
  readonly inserted: number
  readonly requests: number
}

function entry({ day, account, inserted, requests }: EntryFacts): SyncLogEntry {
  const started = NOW - day * DAY - 7 * 60_000
  const errors = day === 3 ? ['17841400000000003: ERR_PASSWORD_CHANGED: the password was changed; log in again'] : []
  const times = { startedAt: new Date(started).toISOString(), finishedAt: new Date(started + 2_300 + day * 90).toISOString() }
  const counts = { inserted: inserted, updated: day % 4, written: 0, requests }
  return { runId: `run-${day}`, accountId: account, ...times, success: errors.length === 0, ...counts, errors }
}

describe.skipIf(!chromiumPath)(`the status page in a browser${chromiumPath ? '' : ': skipped, there is no chromium'}`, () => {
  let accounts: MemoryAccounts
  let context: BrowserContext
  let page: Page
  let url = ''
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    accounts = await filledAccounts()
    const clock = { now: () => NOW, monotonic: () => NOW, sleep: async () => undefined }
    const run = () => Promise.reject(new Error('not here'))
    const service = createService({
      sync: { run, accounts, providers: [] },
      secret: 'secret',
      clock,
      logger: { log: () => undefined },
      redact: (text) => text,
      version: '0.1.0',
      warnings: () => ['Graph API: v21.0 stops on 2027-01-21, in 62 days; the newest is v26.0'],
    })
    const server = serve({ fetch: service.fetch, port: 0, hostname: '127.0.0.1' })
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    closing.push(() => new Promise((resolve) => server.close(resolve)))
    const browser = await openChromium(chromiumPath ?? '')
    closing.push(browser.close)
    context = browser.context
    page = context.pages()[0] ?? (await context.newPage())
  }, 120_000)
  afterAll(async () => {
    for (const close of closing.reverse()) await close()
  })

  async function open(width: number, height: number, colorScheme: 'light' | 'dark') {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    await page.goto(url)
  }

  it.each([
    ['desktop', 1180, 900, 'light'],
    ['desktop-dark', 1180, 900, 'dark'],
    ['phone', 390, 844, 'light'],
    ['phone-dark', 390, 844, 'dark'],
  ] as const)(
    'has no flaw that axe finds, and nothing wider than the screen: %s',
    async (name, width, height, scheme) => {
      await open(width, height, scheme)
      // The policy of the page lets no script in: axe comes through the debugger.
      await context.newCDPSession(page).then(async (session) => {
        const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
        await session.send('Runtime.evaluate', { expression: source })
        await session.detach()
      })
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
      })
      expect(violations).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      if (pictures) {
        mkdirSync(pictures, { recursive: true })
        await page.screenshot({ path: `${pictures}/status-${name}.png` })
      }
    },
    60_000,
  )

  it('can be used with the keyboard alone', async () => {
    await open(1180, 900, 'light')
    await page.keyboard.press('Tab')
    const skip = page.locator('.skip')
    expect(await page.evaluate("document.activeElement.matches('.skip')")).toBe(true)
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0)
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    const stops: unknown[] = []
    for (let index = 0; index < 4; index++) {
      await page.keyboard.press('Tab')
      stops.push(
        await page.evaluate(`(({ tagName }, { outlineStyle }) => tagName + (outlineStyle === 'none' ? ' without a visible focus' : ''))(
        document.activeElement, getComputedStyle(document.activeElement))`),
      )
    }
    expect(stops).toEqual(['SUMMARY', 'SELECT', 'INPUT', 'BUTTON'])
  }, 60_000)

  it('loads nothing from elsewhere and reports no fault', async () => {
    const asked: string[] = []
    const faults: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(error.message))
    await open(1180, 900, 'light')
    expect(asked.filter((address) => !address.startsWith('data:'))).toEqual([url, `${url}style.css`])
    expect(faults).toEqual([])
  }, 60_000)

  it('shows an account name with HTML and terminal codes in it as text', async () => {
    const name = '<b id="evil">bold</b><script>document.title="evil"</script>\u001b[31mred'
    const token = { accessToken: 'sandbox', createdAt: undefined, expiresAt: undefined }
    const { id } = await accounts.save({ externalId: '666', name, provider: 'meta', login: 'facebook' }, token)
    await open(390, 844, 'light')
    await accounts.remove(id)
    expect(await page.getByRole('rowheader').filter({ hasText: '666' }).locator('bdi').textContent()).toBe(name.replace('\u001b', '␛'))
    expect(await page.locator('#evil').count()).toBe(0)
    expect(await page.title()).toBe('Status – connector')
  }, 60_000)
})
