import { describe, expect, it } from 'vitest'
import type { Item } from '../../../../framework/index.ts'
import { groupCommit } from '../../../../framework/runtime/read/group-commit.ts'
import { from } from '../../../conformance/destination.ts'
import { page, state, streamInfo } from '../../../conformance/items.ts'

const posts = streamInfo('posts')

/** Flushes wait until they are let go; everything that happens is noted. */
function slowCommitter(mostHeld = 100) {
  const events: string[] = []
  const waiting: (() => void)[] = []
  let held = 0
  return {
    events,
    finish: () => waiting.shift()?.(),
    accept: async (item: Item) => {
      held += 1
      events.push(`accept ${labelOf(item)}`)
    },
    full: () => held >= mostHeld,
    flush: () => {
      events.push(`flush ${held}`)
      held = 0
      return new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}

const labelOf = (item: Item) => (item.type === 'page' ? `page ${item.rows[0]?.['id']}` : 'state')
const settle = () => new Promise((resolve) => setImmediate(resolve))

function collect(items: AsyncIterable<Item>) {
  const out: string[] = []
  const done = (async () => {
    for await (const item of items) out.push(labelOf(item))
  })()
  done.catch(() => undefined)
  return { out, done }
}

describe('groupCommit', () => {
  const items = [
    page(posts, [{ id: 1 }]),
    state('posts', { at: 1 }),
    page(posts, [{ id: 2 }]),
    state('posts', { at: 2 }),
    state('posts', { at: 3 }),
  ]

  it('hands a STATE on only when it is durable, and takes the rest in meanwhile', async () => {
    const committer = slowCommitter()
    const { out, done } = collect(groupCommit(from(items), committer))
    await settle()
    expect(out).toEqual(['page 1'])
    expect(committer.events).toEqual(['accept page 1', 'accept state', 'flush 2', 'accept page 2', 'accept state', 'accept state'])
    committer.finish()
    await settle()
    expect(out).toEqual(['page 1', 'state'])
    expect(committer.events.at(-1)).toBe('flush 3')
    committer.finish()
    await settle()
    expect(out).toEqual(['page 1', 'state', 'page 2', 'state', 'state'])
    committer.finish()
    await done
  })

  it('asks for nothing while too much is held', async () => {
    const committer = slowCommitter(2)
    const many = Array.from({ length: 10 }, (_, index) => page(posts, [{ id: index }]))
    collect(groupCommit(from(many), committer))
    await settle()
    expect(committer.events.filter((event) => event.startsWith('accept'))).toHaveLength(4)
    expect(committer.events.filter((event) => event.startsWith('flush'))).toHaveLength(1)
  })

  it('hands nothing on that a failed flush covered', async () => {
    const committer = { ...slowCommitter(), flush: () => Promise.reject(new Error('disk full')) }
    const { out, done } = collect(groupCommit(from(items), committer))
    await expect(done).rejects.toThrow('disk full')
    expect(out).toEqual(['page 1'])
  })

  it('makes durable what came before an error of the source', async () => {
    async function* source() {
      yield* items.slice(0, 2)
      throw new Error('source broke')
    }
    const flushed: number[] = []
    const committer = { accept: async () => undefined, full: () => false, flush: async () => void flushed.push(1) }
    const { out, done } = collect(groupCommit(source(), committer))
    await expect(done).rejects.toThrow('source broke')
    expect(out).toEqual(['page 1', 'state'])
    expect(flushed.length).toBeGreaterThan(0)
  })

  it('lets go of the source when nobody wants more', async () => {
    let released = false
    async function* source() {
      try {
        yield* items
      } finally {
        released = true
      }
    }
    for await (const _ of groupCommit(source(), { accept: async () => undefined, full: () => false, flush: async () => undefined })) break
    expect(released).toBe(true)
  })
})
