import { describe, expect, it } from 'vitest'
import { type ConnectionState, commitState, type Item, type StateLease } from '../../../../framework/index.ts'
import { from } from '../../../conformance/destination.ts'
import { page, state, streamInfo } from '../../../conformance/items.ts'

const posts = streamInfo('posts')

/** Commits wait until they are let go. */
function slowLease() {
  const commits: ConnectionState[] = []
  const waiting: (() => void)[] = []
  const lease: StateLease = {
    token: 1,
    load: async () => undefined,
    replace: async () => undefined,
    release: async () => undefined,
    commit: (streams) => {
      commits.push(streams)
      return new Promise((resolve) => waiting.push(resolve))
    },
  }
  return { lease, commits, finish: () => waiting.shift()?.() }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
const describeItem = (item: Item) => (item.type === 'page' ? 'page' : 'state')

async function collect(items: AsyncIterable<Item>, seen: string[]): Promise<void> {
  for await (const item of items) seen.push(describeItem(item))
}

describe('commitState', () => {
  it('lets everything pass without a registry', async () => {
    const seen: string[] = []
    await collect(commitState(from([page(posts, [{ id: 1 }]), state('posts', { at: 1 })]), undefined), seen)
    expect(seen).toEqual(['page', 'state'])
  })

  it('asks for the next item once a state is committed', async () => {
    const { lease, commits, finish } = slowLease()
    const seen: string[] = []
    const done = collect(commitState(from([state('posts', { at: 1 }), state('posts', { at: 2 })]), lease), seen)
    await settled()
    expect({ commits, seen }).toEqual({ commits: [{ posts: { at: 1 } }], seen: [] })
    finish()
    await settled()
    expect({ commits: commits.length, seen }).toEqual({ commits: 2, seen: ['state'] })
    finish()
    await done
  })

  it('reading ahead commits together what came while a commit was under way, and hands on nothing before it is committed', async () => {
    const { lease, commits, finish } = slowLease()
    const seen: string[] = []
    const items = [
      state('posts', { at: 1 }),
      page(posts, [{ id: 1 }]),
      state('posts', { at: 2 }),
      state('pages', { at: 3 }),
      state('posts', { at: 4 }),
    ]
    const done = collect(commitState(from(items), lease, { ahead: true }), seen)
    await settled()
    expect(commits).toEqual([{ posts: { at: 1 } }])
    expect(seen).toEqual([])
    finish()
    await settled()
    expect(commits).toEqual([{ posts: { at: 1 } }, { posts: { at: 4 }, pages: { at: 3 } }])
    expect(seen).toEqual(['state'])
    finish()
    await done
    expect(seen).toEqual(['state', 'page', 'state', 'state', 'state'])
  })

  it('takes in no more than a few pages behind a commit', async () => {
    const { lease, finish } = slowLease()
    let asked = 0
    async function* many() {
      yield state('posts', { at: 0 })
      for (; asked < 100; asked++) yield page(posts, [{ id: asked }])
      yield state('posts', { at: 1 })
    }
    const done = collect(commitState(many(), lease, { ahead: true }), [])
    for (let turn = 0; turn < 20; turn++) await settled()
    expect(asked).toBeLessThan(20)
    finish()
    while (asked < 100) await settled()
    await settled()
    finish()
    await done
  })

  it('ends with the failure of a commit', async () => {
    const { lease } = slowLease()
    const failing = { ...lease, commit: () => Promise.reject(new Error('the registry is gone')) }
    for (const ahead of [true, false]) {
      await expect(collect(commitState(from([state('posts', { at: 1 })]), failing, { ahead }), [])).rejects.toThrow('the registry is gone')
    }
  })
})
