import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import type { Product } from './scenario.ts'

/** One day for all reads of this process, so that every one of them finds the same. */
const now = new Date()
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10)

/** Small, but with several windows of insights, pages of posts and media, and batches. */
const worlds: Readonly<Record<Product, SandboxOptions>> = {
  facebook_pages: { pages: 2, days: 210, posts: 140 },
  instagram_graph: { pages: 2, days: 80, posts: 1, instagram: { accounts: 2, media: 70, days: 200, stories: 1 } },
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
}

/** What was asked of a source; discovery, which every run needs, is left out. */
export interface Effort {
  /** HTTP requests. */
  readonly requests: number
  /** What the API counts: the items of a batch, and single requests. */
  readonly calls: number
}

/** A sandbox and how to read it. */
export interface Source {
  /** Command, connector and config. */
  readonly args: readonly string[]
  readonly requests: number
  /** Of all reads so far. */
  readonly effort: Effort
  /** Calls `reached` once, when so many requests came from now on. */
  watch(requests: number, reached: () => void): void
  close(): Promise<void>
}

export async function openSource(product: Product, world: number): Promise<Source> {
  let requests = 0
  let limit = Number.POSITIVE_INFINITY
  let reached = (): void => undefined
  const effort = { requests: 0, calls: 0 }
  const count = ({ method, path, inBatch }: Readonly<Record<string, unknown>>) => {
    if (/\/me(\/|$)/.test(String(path))) return
    if (inBatch !== true) effort.requests += 1
    if (inBatch === true || method === 'GET') effort.calls += 1
  }
  const info = (entry: Readonly<Record<string, unknown>>) => {
    count(entry)
    requests += 1
    if (requests < limit) return
    limit = Number.POSITIVE_INFINITY
    reached()
  }
  const sandbox = await startSandbox({ ...worlds[product], now, seed: world, latencyMs: 1, logLimit: 100, logger: { info } })
  const folder = mkdtempSync(join(tmpdir(), 'connector-kill-config-'))
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify({ access_token: 'sandbox-user-token', base_url: sandbox.url, ...configs[product] }))
  return {
    args: ['read', product, '--config', file],
    get requests() {
      return requests
    },
    get effort() {
      return { ...effort }
    },
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
