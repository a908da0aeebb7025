import { checkFault } from '../faults/fault.ts'
import { RECORDED_ROUTES } from '../recordings.ts'
import { ROUTES } from '../routes/index.ts'
import { STARTING_TOKENS } from '../tokens/token.ts'
import { livePosts } from '../world/ledger.ts'
import { NODE_KINDS } from '../world/nodes.ts'
import type { UsagePool } from '../world/usage.ts'
import type { World } from '../world/world.ts'
import { Truth } from './truth.ts'

const PREFIX = '/__sandbox'

/** A world and the way to put its log and counters back to zero. */
export interface Backstage {
  readonly world: World
  reset(): void
}

interface AdminRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

type Action = (backstage: Backstage, request: AdminRequest) => unknown

/** The endpoints for the CLI and other processes; in-process callers use the objects of the `Sandbox` itself. */
const ACTIONS: Readonly<Record<string, Action>> = {
  'GET /': overview,
  'GET /requests': ({ world }) => ({ total: world.log.total, counts: world.log.counts, requests: world.log.entries }),
  'DELETE /requests': ({ reset }) => done(reset),
  'POST /reset': ({ reset, world }) =>
    done(() => {
      reset()
      world.faults.clear()
      world.usage.clear()
      world.instagram.clear()
      world.publishing.containers.clear()
      world.catalogue.restore()
    }),
  'GET /faults': ({ world }) => world.faults.list(),
  'POST /faults': ({ world }, { body }) => ({ id: world.faults.add(checkFault(body)) }),
  'DELETE /faults': ({ world }, { query }) => done(() => world.faults.clear(query.get('id') ?? undefined)),
  'GET /clock': ({ world }) => ({ now: world.clock.now() }),
  'POST /clock': ({ world }, { body }) => moveClock(world, body),
  'GET /tokens': () => STARTING_TOKENS.map(({ text, kind, note }) => ({ text, kind, note })),
  'POST /tokens': ({ world }, { body }) => changeToken(world, body),
  'POST /login': ({ world }, { body }) => done(() => world.logins.next(body)),
  'POST /usage': ({ world }, { body }) => changeUsage(world, body),
  'POST /pages': ({ world }, { body }) => changePage(world, body),
  'POST /instagram': ({ world }, { body }) => changeAccount(world, body),
  'POST /recordings': ({ world }, { body: { path, file } }) => done(() => world.recordings.use(text(path), text(file))),
  'GET /published': ({ world }, { query }) => published(world, query.get('account')),
  'GET /truth': ({ world }, { query }) => truth(world, query),
  'GET /truth/posts': ({ world }, { query }) => truthOfPosts(world, query),
  'GET /truth/account': ({ world }, { query }) => truthOfAccount(world, query),
  'GET /truth/media': ({ world }, { query }) => truthOfMedia(world, query),
  'GET /truth/media-insights': ({ world }, { query }) => new Truth(world).mediaInsights(text(query.get('media'))),
}

export function isAdminPath(url: string): boolean {
  return url === PREFIX || url.startsWith(`${PREFIX}/`) || url.startsWith(`${PREFIX}?`)
}

/** Answers `/__sandbox/…`. What can't be done is a 400 with the reason; an unknown endpoint a 404 with the list of them. */
export function answerAdmin(backstage: Backstage, raw: { method: string; url: string; body: string }): { status: number; value: unknown } {
  const url = new URL(raw.url, 'http://sandbox')
  const path = url.pathname.slice(PREFIX.length).replace(/\/$/, '') || '/'
  const action = ACTIONS[`${raw.method} ${path}`]
  if (!action) return { status: 404, value: { error: `no ${raw.method} ${path}`, known: Object.keys(ACTIONS) } }
  try {
    const request = { method: raw.method, path, query: url.searchParams, body: raw.body === '' ? {} : JSON.parse(raw.body) }
    return { status: 200, value: action(backstage, request) }
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return { status: 400, value: { error: error.message } }
    throw error
  }
}

function overview({ world }: Backstage): unknown {
  return {
    url: world.url(),
    instagram_url: world.url('instagram'),
    now: world.clock.now(),
    seed: world.settings.seed,
    pages: world.pages.listed.slice(0, 100).map((id) => ({ id, name: world.pages.facts(id).name })),
    accounts: world.instagram.accounts.slice(0, 100).map((id) => ({ id, username: world.instagram.facts(id).username })),
    tokens: STARTING_TOKENS.map(({ text, note }) => `${text} – ${note}`),
    nodes: NODE_KINDS.map((kind) => kind.name),
    routes: ROUTES.map((route) => `${route.method} ${route.path}`),
    recordings: RECORDED_ROUTES.map((route) => route.path),
    admin: Object.keys(ACTIONS).map((name) => name.replace(' /', ` ${PREFIX}/`)),
  }
}

function moveClock(world: World, { advance_ms, set }: AdminRequest['body']): unknown {
  if (set === undefined && advance_ms === undefined) throw new TypeError('clock needs advance_ms or set')
  if (set !== undefined) world.clock.set(text(set))
  if (advance_ms !== undefined) world.clock.advance(number(advance_ms, 'advance_ms'))
  return { now: world.clock.now() }
}

const TOKEN_ACTIONS = ['revoke', 'remove-app', 'expire', 'change-password', 'lose-role', 'restore-role'] as const

function changeToken({ tokens }: World, { action, token, page }: AdminRequest['body']): unknown {
  const actions: Record<string, () => void> = {
    revoke: () => tokens.revoke(text(token)),
    'remove-app': () => tokens.removeApp(text(token)),
    expire: () => tokens.expire(text(token)),
    'change-password': () => tokens.changePassword(token === undefined ? undefined : text(token)),
    'lose-role': () => tokens.loseRole(text(page)),
    'restore-role': () => tokens.restoreRole(text(page)),
  }
  const act = typeof action === 'string' && Object.hasOwn(actions, action) ? actions[action] : undefined
  if (!act) throw new TypeError(`unknown action ${String(action)}; known: ${TOKEN_ACTIONS.join(', ')}`)
  return done(act)
}

function changeUsage({ usage }: World, { pool, percent, per_call, block_minutes }: AdminRequest['body']): unknown {
  const name = text(pool)
  if (!isPool(name))
    throw new TypeError(`unknown pool ${name}; known: app, user, page-edges, custom, pages:<page id>, instagram:<account id>`)
  if (block_minutes === undefined) usage.set(name, number(percent, 'percent'), { perCall: number(per_call ?? 0, 'per_call') })
  else usage.block(name, number(block_minutes, 'block_minutes'))
  return usage.of(name)
}

function isPool(name: string): name is UsagePool {
  return ['app', 'user', 'page-edges', 'custom'].includes(name) || /^(?:pages|instagram):\d+$/.test(name)
}

function changePage({ pages }: World, { page, ...changes }: AdminRequest['body']): unknown {
  const id = text(page)
  if (!pages.has(id)) throw new TypeError(`unknown page ${id}`)
  pages.update(id, changes)
  return pages.facts(id)
}

/** Changes facts of an account (`followers`), or withdraws and gives back the right to it (`revoked`). */
function changeAccount({ instagram }: World, { account, revoked, ...changes }: AdminRequest['body']): unknown {
  const id = text(account)
  if (!instagram.has(id)) throw new TypeError(`unknown account ${id}`)
  if (revoked === true) instagram.revoke(id)
  if (revoked === false) instagram.restore(id)
  if (Object.keys(changes).length > 0) instagram.update(id, changes)
  return instagram.facts(id)
}

/** What is live on an account by publishing, or on all accounts with posts. */
function published(world: World, account: string | null): unknown {
  if (account !== null) return livePosts(world, account)
  return [...new Set(world.instagram.published.all().map((post) => post.account))].map((id) => livePosts(world, id))
}

function truthOfAccount(world: World, query: URLSearchParams): unknown {
  const expected = new Truth(world)
  const account = query.get('account')
  if (account === null) return { accounts: expected.accounts(), last_day: expected.lastDay() }
  const { metric, breakdown, ...rest } = Object.fromEntries(query)
  if (metric === undefined) return expected.account(account)
  return expected.accountInsights({ ...rest, account, metric, ...(breakdown === undefined ? {} : { breakdown: breakdown.split(',') }) })
}

/** At most 100 media unless `to` says otherwise, and the stories of the moment. */
function truthOfMedia(world: World, query: URLSearchParams): unknown {
  const expected = new Truth(world)
  const account = text(query.get('account'))
  const from = Number(query.get('from') ?? 0)
  const range = { from, to: Number(query.get('to') ?? from + 100) }
  return { media: expected.media(account, range), stories: expected.stories(account) }
}

function truth(world: World, query: URLSearchParams): unknown {
  const expected = new Truth(world)
  const page = query.get('page')
  if (page === null) return { pages: expected.pages(), last_day: expected.lastDay() }
  const { metric = '', ...rest } = Object.fromEntries(query)
  return expected.pageInsights({ ...rest, page, metric })
}

/** At most 100 posts unless `to` says otherwise. */
function truthOfPosts(world: World, query: URLSearchParams): unknown {
  const expected = new Truth(world)
  const page = text(query.get('page'))
  const from = Number(query.get('from') ?? 0)
  return { count: expected.postCount(page), posts: expected.posts(page, { from, to: Number(query.get('to') ?? from + 100) }) }
}

function done(act: () => void): { success: true } {
  act()
  return { success: true }
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError('a text is missing')
  return value
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError(`${name} must be a number`)
  return value
}
