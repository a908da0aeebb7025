import { describe, expect, it } from 'vitest'
import { commonWrites, type DestinationDefinition, defineDestination, type Item } from '../../../../framework/index.ts'
import { streamInfo } from '../../../conformance/items.ts'

/** Members of a class do not survive a copy, and its private state needs its `this`. */
class Counting implements DestinationDefinition {
  #opened = 0
  prompt = false
  async open() {
    this.#opened += 1
    this.prompt = true
  }
  async *write(items: AsyncIterable<Item>) {
    yield* items
  }
  close = async () => undefined
  report() {
    return { rows: { posts: this.#opened }, places: [] }
  }
}

describe('defineDestination', () => {
  it('fills in what a definition leaves out', async () => {
    const destination = defineDestination(new Counting())
    await destination.open({ runId: 'r', connector: 'c', connection: 'c', streams: [] })
    expect(destination.writes).toEqual(['append'])
    expect(destination.readsAhead).toBe(false)
    expect(destination.lost([streamInfo('posts')])).toEqual([])
    expect(destination.changes('posts')).toEqual({ inserted: 1, updated: 0 })
    expect(destination.changes('pages')).toEqual({ inserted: 0, updated: 0 })
  })

  it('says what a definition says once it is open', async () => {
    const destination = defineDestination(new Counting())
    expect(destination.prompt).toBe(false)
    await destination.open({ runId: 'r', connector: 'c', connection: 'c', streams: [] })
    expect(destination.prompt).toBe(true)
  })

  it('leaves every optional member that a definition has', () => {
    const own: DestinationDefinition = {
      ...{ writes: ['merge'], readsAhead: true, prompt: true },
      open: async () => undefined,
      write: (items) => items,
      close: async () => undefined,
      report: () => ({ rows: { posts: 9 }, places: [] }),
      changes: () => ({ inserted: 1, updated: 2 }),
      lost: (streams) => streams.map(({ name }) => name),
    }
    const { writes, readsAhead, prompt, changes, lost } = defineDestination(own)
    expect({ writes, readsAhead, prompt }).toEqual({ writes: ['merge'], readsAhead: true, prompt: true })
    expect(changes('posts')).toEqual({ inserted: 1, updated: 2 })
    expect(lost([streamInfo('posts')])).toEqual(['posts'])
  })
})

describe('commonWrites', () => {
  it.each([
    [
      [
        ['append', 'merge', 'replace'],
        ['append', 'replace'],
      ],
      ['append', 'replace'],
    ],
    [
      ['reader', ['append', 'merge']],
      ['append', 'merge'],
    ],
    [['reader', 'reader'], 'reader'],
    [[['merge'], ['append']], []],
  ] as const)('of %j is %j', (abilities, common) => {
    expect(commonWrites(abilities)).toEqual(common)
  })
})
