import { afterEach, describe, expect, it } from 'vitest'
import type { FaultKind } from '../../sandbox/faults/fault.ts'
import { ask, pageOf, withSandbox } from './ask.ts'

interface Page {
  readonly ids: string[]
  readonly after: string | undefined
}

describe('faults in paging', () => {
  const sandbox = withSandbox({ posts: 12 })
  afterEach(() => sandbox().faults.clear())

  /** Follows `next` up to a number of pages. */
  async function walk(fault: FaultKind & { skip?: number }, pages: number): Promise<Page[]> {
    sandbox().faults.add(fault)
    const { id, token } = pageOf(sandbox())
    const seen: Page[] = []
    let next: string | undefined = `${sandbox().url}/v25.0/${id}/posts?fields=id&limit=5`
    while (next !== undefined && seen.length < pages) {
      const { json } = await ask(sandbox(), next, { token })
      seen.push({ ids: json.data.map((post: { id: string }) => post.id), after: json.paging?.cursors?.after })
      next = json.paging?.next
    }
    return seen
  }

  const expected = () => {
    const { id } = pageOf(sandbox())
    return sandbox()
      .truth.posts(id)
      .reverse()
      .map((post) => post.id)
  }

  it('repeat-cursor: each later page names itself as the next', async () => {
    const pages = await walk({ kind: 'repeat-cursor' }, 5)
    expect(pages).toHaveLength(5)
    expect(new Set(pages.map((page) => page.after)).size).toBe(1)
    expect(pages[4]?.ids).toEqual(pages[1]?.ids)
  })

  it('repeat-cursor: also for windows', async () => {
    sandbox().faults.add({ kind: 'repeat-cursor' })
    const { id, token } = pageOf(sandbox())
    const url = `${sandbox().url}/v25.0/${id}/insights?metric=page_follows&period=day&since=2026-11-01&until=2026-11-03`
    const first = await ask(sandbox(), url, { token })
    const second = await ask(sandbox(), first.json.paging.next, { token })
    expect(second.json.data).toEqual(first.json.data)
  })

  it('cursor-cycle: A, B, A, B', async () => {
    const cursors = (await walk({ kind: 'cursor-cycle' }, 6)).map((page) => page.after)
    expect(cursors).toHaveLength(6)
    expect(new Set(cursors).size).toBe(2)
    expect(cursors.slice(2, 4)).toEqual(cursors.slice(0, 2))
  })

  it.each([0, 1])('empty-pages: %i pages in, three pages without rows but with next, and no row lost', async (skip) => {
    const pages = await walk({ kind: 'empty-pages', pages: 3, skip }, 20)
    expect(pages.filter((page) => page.ids.length === 0)).toHaveLength(3)
    expect(pages.flatMap((page) => page.ids)).toEqual(expected())
    expect(new Set(pages.map((page) => page.after)).size).toBe(pages.length)
  })

  it('duplicate-rows: rows at the seams come twice, none is missing', async () => {
    const ids = (await walk({ kind: 'duplicate-rows' }, 20)).flatMap((page) => page.ids)
    expect([...new Set(ids)]).toEqual(expected())
    expect(ids).toHaveLength(15)
  })

  it('foreign-next: another host', async () => {
    sandbox().faults.add({ kind: 'foreign-next' })
    sandbox().faults.add({ kind: 'foreign-next', url: '//evil.example/x', match: { path: '/me/accounts' } })
    const { id, token } = pageOf(sandbox())
    const posts = await ask(sandbox(), `/v25.0/${id}/posts?limit=2`, { token })
    expect(new URL(posts.json.paging.next).hostname).toBe('graph.facebook.com.attacker.example')
    expect((await ask(sandbox(), '/v25.0/me/accounts')).json.paging.next).toBe('//evil.example/x')
  })
})

describe('matching of faults', () => {
  const sandbox = withSandbox()
  afterEach(() => sandbox().faults.clear())
  const statuses = async (paths: string[]) => {
    const { token } = pageOf(sandbox())
    const all: number[] = []
    for (const path of paths) all.push((await ask(sandbox(), path, { token })).status)
    return all
  }

  it.each([
    [{ path: '/*/posts' }, [503, 200, 200]],
    [{ route: 'GET /{page}/posts' }, [503, 200, 200]],
    [{ route: '/{page}' }, [200, 503, 200]],
    [{ metric: 'page_follows' }, [200, 200, 503]],
    [{ limitAbove: 50 }, [503, 200, 200]],
    [{ method: 'POST' }, [200, 200, 200]],
    [{ page: '1' }, [200, 200, 200]],
    [{}, [503, 503, 503]],
  ])('%j', async (match, expected) => {
    const { id } = pageOf(sandbox())
    sandbox().faults.add({ kind: 'error', code: 2, status: 503, match })
    const insights = `/v25.0/${id}/insights?metric=page_media_view,page_follows&period=day&limit=10`
    expect(await statuses([`/v25.0/${id}/posts?limit=100`, `/v25.0/${id}?limit=1`, insights])).toEqual(expected)
  })

  it('skips, then hits a number of times, and counts the hits', async () => {
    const path = `/v25.0/${pageOf(sandbox()).id}`
    sandbox().faults.add({ kind: 'error', code: 2, status: 503, skip: 2, times: 2 })
    expect(await statuses([path, path, path, path, path])).toEqual([200, 200, 503, 503, 200])
    expect(sandbox().faults.list()).toMatchObject([{ hits: 2, fault: { kind: 'error' } }])
  })

  it('refuses an unknown kind and names the known ones', () => {
    expect(() => sandbox().faults.add({ kind: 'explode' } as never)).toThrow(/unknown fault kind explode; known: error, /)
    expect(() => sandbox().faults.add({ kind: 'redirect' } as never)).toThrow('fault redirect needs location')
  })
})
