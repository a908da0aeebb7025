import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import { Asked, loggedCall } from './asked.ts'
import type { Product } from './scenario.ts'

/** One day for all reads of this process, so that every one of them finds the same. */
const now = new Date()
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10)

/** Small, but with several windows of insights, pages of posts and media, and batches. */
const worlds: Readonly<Record<Product, SandboxOptions>> = {
  facebook_pages: { pages: 2, days: 210, posts: 140 },
  instagram_graph: { pages: 2, days: 80, posts: 1, instagram: { accounts: 2, media: 70, days: 200, stories: 1 } },
  instagram_login: { pages: 1, days: 40, posts: 1, instagram: { accounts: 1, media: 40, days: 100, stories: 1 } },
  instagram_posts: { pages: 1, days: 200, posts: 1, instagram: { accounts: 1, media: 130, days: 150, stories: 1 } },
}

const configs: Readonly<Record<Product, Readonly<Record<string, unknown>>>> = {
  facebook_pages: {
    start_date: daysAgo(200),
    lookback_days: 0,
    metrics: ['page_media_view', 'page_follows', 'post_media_view', 'post_clicks'],
  },
  instagram_graph: {
    start_date: daysAgo(75),
    lookback_days: 0,
    insights_depth: 'common',
    metrics: ['reach', 'views', 'follower_demographics', 'online_followers', 'likes', 'shares'],
  },
  instagram_login: { start_date: daysAgo(35), lookback_days: 0, insights_depth: 'common', metrics: ['reach', 'views', 'likes', 'shares'] },
  instagram_posts: {},
}

/** How the sandbox is reached, and with which of its tokens. */
function access(product: Product, { url, instagramUrl, instagram }: Sandbox): Readonly<Record<string, unknown>> {
  if (product === 'instagram_posts') return { access_token: 'sandbox-user-token', base_url: url, ig_user_id: instagram.accounts[0] }
  return product === 'instagram_login'
    ? { access_token: 'sandbox-instagram-token', login_type: 'instagram', instagram_base_url: instagramUrl }
    : { access_token: 'sandbox-user-token', base_url: url }
}

const connectorOf = (product: Product): string => (product === 'instagram_login' ? 'instagram_graph' : product)

/** A sandbox and how to read it. */
export interface Source {
  /** Command, connector and config. */
  readonly args: readonly string[]
  readonly requests: number
  /** By all reads so far. */
  readonly asked: Asked
  /** Calls `reached` once, when so many requests came from now on. */
  watch(requests: number, reached: () => void): void
  close(): Promise<void>
}

export async function openSource(product: Product, world: number): Promise<Source> {
  let requests = 0
  let limit = Number.POSITIVE_INFINITY
  let reached = (): void => undefined
  const asked = new Asked(now.getTime())
  const info = (entry: Readonly<Record<string, unknown>>) => {
    const call = loggedCall(entry)
    asked.add(call)
    if (call.inBatch) return
    requests += 1
    if (requests < limit) return
    limit = Number.POSITIVE_INFINITY
    reached()
  }
  const sandbox = await startSandbox({ ...worlds[product], now, seed: world, latencyMs: 1, logLimit: 100, logger: { info } })
  const folder = mkdtempSync(join(tmpdir(), 'connector-kill-config-'))
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify({ ...access(product, sandbox), ...configs[product] }))
  return {
    args: ['read', connectorOf(product), '--config', file],
    get requests() {
      return requests
    },
    asked,
    watch(after, call) {
      requests = 0
      limit = Math.max(1, after)
      reached = call
    },
    async close() {
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
