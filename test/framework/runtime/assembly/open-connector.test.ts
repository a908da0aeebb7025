import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { instagramPosts } from '../../../../connectors/instagram_posts/package.ts'
import type { HttpClient } from '../../../../framework/http/client.ts'
import { loadManifest, openConnector, systemClock } from '../../../../framework/index.ts'
import { createShared, type Shared } from '../../../../framework/manifest/definition/shared.ts'
import { silentReporter } from '../../../../framework/report.ts'

/** Counts the templates that are compiled. */
function counting() {
  const shared = createShared()
  let compiled = 0
  const count: Shared = (key, create) =>
    shared(key, () => {
      if (key.startsWith('template ')) compiled += 1
      return create()
    })
  return { shared: count, compiled: () => compiled }
}

const http: HttpClient = { send: () => Promise.reject(new Error('nothing is sent here')), secret: () => undefined, requestsLeft: () => 0 }
const report = silentReporter

async function open(account: number, shared: Shared) {
  const manifest = loadManifest({ file: instagramPosts.manifest, text: readFileSync(instagramPosts.manifest, 'utf8') })
  const { components } = await instagramPosts.load()
  const config = {
    access_token: `token-${account}`,
    ig_user_id: String(account),
    login_type: 'instagram',
    base_url: 'http://127.0.0.1',
    instagram_base_url: 'http://127.0.0.1',
    api_version: 'v26.0',
  }
  return openConnector({ manifest, config, components, http, shared, clock: systemClock, report })
}

describe('openConnector', () => {
  it('compiles the templates of a manifest once for all accounts of a run', async () => {
    const { shared, compiled } = counting()
    await open(1, shared)
    const once = compiled()
    expect(once).toBeGreaterThan(0)
    for (let account = 2; account <= 20; account++) await open(account, shared)
    expect(compiled()).toBe(once)
  })
})
