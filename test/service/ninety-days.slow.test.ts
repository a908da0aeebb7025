import { expect, it, onTestFinished } from 'vitest'
import { tokenHealth } from '../../accounts/token-health.ts'
import { metaTokens } from '../../connectors/meta/login/provider.ts'
import { createRedactor } from '../../framework/index.ts'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { createService } from '../../service/service.ts'
import { liveToken } from '../../sync/live-token.ts'
import type { SyncSummary } from '../../sync/summary.ts'
import { type SyncRequest, syncAccounts } from '../../sync/sync-accounts.ts'
import { MemoryAccounts } from './memory-registry.ts'
import { memoryStates } from './memory-states.ts'
import { memoryDestination, memoryTables, sandboxClock, sandboxRecipe } from './world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ACCOUNTS = 100
const DAYS = 90
const BUDGET = 150
/** An account is due once a day, every 47th tick; the other ticks find nothing to do. */
const MIN_AGE_SECONDS = 23.5 * 3_600 - 60

/** A service over a sandbox of a hundred accounts whose tokens live for sixty days. */
async function openWorld() {
  const sandbox = await startSandbox({
    now: '2026-08-01T00:00:00Z',
    posts: 0,
    logLimit: 10,
    instagram: { accounts: ACCOUNTS, media: 12, days: 60 },
  })
  onTestFinished(() => sandbox.close())
  const clock = sandboxClock(sandbox)
  const accounts = new MemoryAccounts()
  const now = clock.now()
  const token = (externalId: string) => ({
    accessToken: sandbox.tokens.instagram(externalId),
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 60 * DAY).toISOString(),
  })
  for (const externalId of sandbox.truth.accounts()) {
    await accounts.save(
      { externalId, name: sandbox.instagram.facts(externalId).username, provider: 'meta', login: 'instagram' },
      token(externalId),
    )
  }
  const tables = memoryTables()
  const logger = { log: () => undefined }
  const signal = new AbortController().signal
  const keeping = { hosts: { facebook: sandbox.url, instagram: sandbox.instagramUrl } }
  const request: SyncRequest = {
    ...{ accounts, clock, logger, signal, redactor: createRedactor(), states: memoryStates(), random: () => 0.5 },
    recipe: await sandboxRecipe(sandbox),
    output: async () => memoryDestination(tables),
    token: liveToken({ registry: accounts, provider: metaTokens, keeping, clock, logger, signal }),
    ...{ maxRequests: BUDGET, minAgeSeconds: MIN_AGE_SECONDS },
  }
  const service = createService({
    sync: { run: ({ recipeName: _, ...options } = {}) => syncAccounts({ ...request, ...options }), accounts, providers: [metaTokens] },
    ...{ secret: 'secret', clock, logger, redact: (text: string) => text },
  })
  const tick = async (): Promise<SyncSummary> => {
    const response = await service.request('/api/cron/instagram', { headers: { authorization: 'Bearer secret' } })
    expect(response.status).toBe(200)
    return (await response.json()) as SyncSummary
  }
  return { sandbox, accounts, tables, tick, token }
}

it(`keeps ${ACCOUNTS} accounts up to date for ${DAYS} days, every half hour, within the budget`, async () => {
  const { sandbox, accounts, tables, tick } = await openWorld()
  const ids = sandbox.truth.accounts()
  const [revoked = '', changed = ''] = ids.slice(7)
  const flagged = new Map<string, number>()
  const sums = { ticks: 0, requests: 0, inserted: 0, most: 0 }
  for (let half = 0; half < DAYS * 48; half++) {
    // Two accounts lose their login, in the morning of the 20th and of the 50th day.
    if (half === 20 * 48 + 4) sandbox.tokens.revoke((await accounts.token('a8')).accessToken)
    if (half === 50 * 48 + 4) sandbox.tokens.revoke((await accounts.token('a9')).accessToken)
    const { requests_made, posts_inserted, errors } = await tick()
    for (const { account_id } of errors) flagged.set(account_id ?? '', Math.floor(half / 48))
    sums.ticks += 1
    sums.requests += requests_made
    sums.inserted += posts_inserted ?? 0
    sums.most = Math.max(sums.most, requests_made)
    sandbox.clock.advance(HOUR / 2)
  }
  expect(sums.most).toBeLessThanOrEqual(BUDGET)
  expect(Object.fromEntries(flagged)).toEqual({ [revoked]: 20, [changed]: 50 })
  const list = await accounts.list()
  expect(
    list
      .filter(({ status }) => status === 'needs_login')
      .map(({ externalId }) => externalId)
      .sort(),
  ).toEqual([revoked, changed].sort())
  const alive = list.filter(({ status }) => status === 'active')
  const now = sandbox.clock.now().getTime()
  expect(alive.map((account) => tokenHealth(account, { now }).state)).toEqual(alive.map(() => 'fresh'))
  // One more round, so that the posts of the last hours are in.
  sandbox.clock.advance(24 * HOUR)
  sums.inserted += (await tick()).posts_inserted ?? 0
  const stored = [...(tables.rows.get('instagram_posts')?.values() ?? [])]
  for (const { externalId } of alive) {
    const own = stored.filter(({ ig_user_id }) => ig_user_id === externalId).map(({ media_id }) => media_id)
    expect(own.sort()).toEqual(
      sandbox.truth
        .media(externalId)
        .map(({ facts }) => facts.id)
        .sort(),
    )
  }
  expect(sums.inserted).toBe(stored.length)
}, 600_000)
