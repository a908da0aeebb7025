import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../../../framework/index.ts'
import { groupCommit } from '../../../../framework/runtime/read/group-commit.ts'
import { from } from '../../../conformance/destination.ts'
import { message, page, state, streamInfo } from '../../../conformance/items.ts'

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

function labelOf(item: Item): string {
  if (item.type === 'page') return `page ${item.rows[0]?.['id']}`
  if (item.message.type === 'LOG') return item.message.log.message
  return 'state'
}
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

  it('hands on a LOG that came during a flush without waiting for a further STATE', async () => {
    const committer = slowCommitter()
    const source = openSource()
    const { out } = collect(groupCommit(source, committer))
    for (const item of [state('posts', { at: 1 }), log('account 1 is read')]) source.push(item)
    await settle()
    expect(out).toEqual([])
    committer.finish()
    await settle()
    expect(out).toEqual(['state', 'account 1 is read'])
  })

  it('makes a page durable that came last, while a flush was under way', async () => {
    const committer = slowCommitter()
    const { done } = collect(groupCommit(from([state('posts', { at: 1 }), page(posts, [{ id: 1 }])]), committer))
    await settle()
    committer.finish()
    await settle()
    expect(committer.events).toEqual(['accept state', 'flush 1', 'accept page 1', 'flush 1'])
    committer.finish()
    await done
  })

  it('throws the failure of a flush while its source waits for input', async () => {
    const source = openSource()
    const committer = { ...slowCommitter(), flush: () => Promise.reject(new Error('disk full')) }
    const { done } = collect(groupCommit(source, committer))
    source.push(state('posts', { at: 1 }))
    await expect(done).rejects.toThrow('disk full')
  })

  it('hands on everything in order without waiting for more, whatever is interleaved', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (script, mostHeld) => {
        const world = watchedWorld(mostHeld)
        for (const step of script) await world.perform(step)
        await world.finishFlushes()
        expect(world.out).toEqual(world.pushed)
        expect(world.handedOnTooEarly).toEqual([])
        world.source.end()
        await world.finishFlushes()
        await world.done
        expect(world.durable()).toBe(world.pushed.length)
      }),
      { numRuns: 300 },
    )
  })

  it('hands on no STATE of a flush that failed, and ends with its error, whatever is interleaved', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(5), async (script, failing) => {
        const world = watchedWorld(3, failing)
        for (const step of script) await world.perform(step)
        await world.finishFlushes()
        expect(world.out).toEqual(world.pushed.slice(0, world.out.length))
        expect(world.handedOnTooEarly).toEqual([])
        if (world.hasFailed()) await expect(world.done).rejects.toThrow('disk full')
        else expect(world.out).toEqual(world.pushed)
      }),
      { numRuns: 300 },
    )
  })
})

const log = (text: string): Item => message({ type: 'LOG', log: { level: 'DEBUG', message: text } })

type Step = 'page' | 'state' | 'log' | 'finish' | 'settle'
const steps = fc.array(fc.constantFrom<Step>('page', 'state', 'log', 'finish', 'settle'), { maxLength: 40 })

/** A source that waits for what is pushed, as the channel between accounts and a destination does. */
function openSource() {
  const queue: Item[] = []
  let ended = false
  let wake = (): void => undefined
  return {
    push: (item: Item) => {
      queue.push(item)
      wake()
    },
    end: () => {
      ended = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const item = queue.shift()
        if (item) yield item
        else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}

/** groupCommit between an open source and a reader that checks that what it gets is durable where it has to be. */
function watchedWorld(mostHeld: number, failing = Number.POSITIVE_INFINITY) {
  const source = openSource()
  const pushed: string[] = []
  const out: string[] = []
  const handedOnTooEarly: string[] = []
  const waiting: (() => void)[] = []
  let [accepted, durable, flushes, held] = [0, 0, 0, 0]
  let failed = false
  const committer = {
    accept: async () => {
      accepted += 1
      held += 1
    },
    full: () => held >= mostHeld,
    flush: async () => {
      const [covers, index] = [accepted, flushes++]
      held = 0
      await new Promise<void>((resolve) => waiting.push(resolve))
      failed = index === failing
      if (failed) throw new Error('disk full')
      durable = covers
    },
  }
  const done = (async () => {
    for await (const item of groupCommit(source, committer)) {
      out.push(labelOf(item))
      if (labelOf(item).startsWith('state') && durable < out.length) handedOnTooEarly.push(labelOf(item))
    }
  })()
  done.catch(() => undefined)
  const push = (kind: 'page' | 'state' | 'log') => {
    const name = String(pushed.length)
    const item = { page: page(posts, [{ id: name }]), state: state('posts', { at: name }), log: log(`log ${name}`) }[kind]
    pushed.push(labelOf(item))
    source.push(item)
  }
  return {
    ...{ source, pushed, out, handedOnTooEarly, done },
    durable: () => durable,
    hasFailed: () => failed,
    async perform(step: Step) {
      if (step === 'finish') waiting.shift()?.()
      else if (step === 'settle') await settle()
      else push(step)
    },
    async finishFlushes() {
      for (let turn = 0; turn < 10 || waiting.length > 0; turn++) {
        waiting.shift()?.()
        await settle()
      }
    },
  }
}
