import fc from 'fast-check'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { instagramPosts } from '../../../connectors/instagram_posts/package.ts'
import type { ConnectionState } from '../../../framework/index.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { runOn } from '../harness.ts'
import { type Post, series, servePosts } from './posts-api.ts'

/** More reads than any list here needs. */
const MOST_READS = 200

interface Interrupted {
  /** Posts that were published before this read. */
  readonly news: number
  /** Pages and messages that left the read before it was killed. */
  readonly killAfter: number
}

interface Case {
  readonly posts: number
  readonly pinned: number
  readonly page_size: number
  readonly pages: number
  readonly reads: readonly Interrupted[]
}

/** As the API lists them: the pinned ones in front, and every fifth exchanged with its neighbour. */
function listed(posts: number, pinned: number): readonly Post[] {
  const all = series(1, posts)
  for (let place = 4; place < all.length; place += 5) all.splice(place - 1, 2, ...all.slice(place - 1, place + 1).toReversed())
  return [...all.slice(-pinned || all.length), ...all.slice(0, -pinned || all.length)]
}

describe('instagram_posts after interruptions', () => {
  let sandbox: Sandbox
  let list: readonly Post[] = []
  let requests = 0
  let reads = 0
  beforeAll(async () => {
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', posts: 0 })
  })
  afterAll(() => sandbox.close())
  afterEach(() => nock.cleanAll())

  async function readPosts(
    state: ConnectionState,
    { killAfter, ...own }: Pick<Case, 'page_size' | 'pages'> & { readonly killAfter?: number },
  ) {
    reads += 1
    const config = { access_token: `sandbox-token-${reads}`, ig_user_id: '17841', base_url: 'https://graph.facebook.com', ...own }
    const result = await runOn(sandbox, { connector: instagramPosts, config, state, ...(killAfter === undefined ? {} : { killAfter }) })
    const ids = (result.rows['instagram_posts'] ?? []).map(({ media_id }) => String(media_id))
    return { ids, state: result.state, requests: result.requests }
  }

  /** Reads until a read finds nothing more. */
  async function untilSettled(state: ConnectionState, settings: Pick<Case, 'page_size' | 'pages'>) {
    const found = new Set<string>()
    let current = state
    for (let turn = 0; turn < MOST_READS; turn++) {
      const read = await readPosts(current, settings)
      for (const id of read.ids) found.add(id)
      if (JSON.stringify(read.state) === JSON.stringify(current)) return { found, state: current }
      current = read.state
    }
    throw new Error('it does not settle')
  }

  const cases: fc.Arbitrary<Case> = fc.record({
    posts: fc.integer({ min: 0, max: 130 }),
    pinned: fc.integer({ min: 0, max: 3 }),
    page_size: fc.integer({ min: 1, max: 50 }),
    pages: fc.integer({ min: 1, max: 3 }),
    reads: fc.array(fc.record({ news: fc.constantFrom(0, 0, 3, 70), killAfter: fc.integer({ min: 1, max: 9 }) }), { maxLength: 5 }),
  })

  it('reads every post, whenever it was killed', async () => {
    servePosts(
      () => list,
      () => (requests += 1),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ({ posts, pinned, reads: interrupted, ...settings }) => {
        let count = posts
        let state: ConnectionState = {}
        const found = new Set<string>()
        for (const { news, killAfter } of interrupted) {
          count += news
          list = listed(count, pinned)
          const read = await readPosts(state, { ...settings, killAfter })
          state = read.state
          for (const id of read.ids) found.add(id)
        }
        list = listed(count, pinned)
        const rest = await untilSettled(state, settings)
        expect(new Set([...found, ...rest.found])).toEqual(new Set(list.map(({ id }) => id)))
        expect(rest.state['instagram_posts']?.['memory'] ?? {}).not.toHaveProperty('rest')
      }),
      { numRuns: 25 },
    )
  })
})
