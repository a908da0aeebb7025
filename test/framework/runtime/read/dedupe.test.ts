import { describe, expect, it } from 'vitest'
import { createDedupe } from '../../../../framework/runtime/read/dedupe.ts'

const byId = [['id']]

describe('createDedupe', () => {
  it('drops a row that came on an earlier page and counts it', () => {
    const counts: number[] = []
    const dedupe = createDedupe(byId, (count) => counts.push(count))
    expect(dedupe([{ id: '1' }, { id: '2' }])).toHaveLength(2)
    expect(dedupe([{ id: '2' }, { id: '3' }])).toEqual([{ id: '3' }])
    expect(counts).toEqual([1])
  })

  it.each([
    ['no key is declared', [], [{ id: 1 }, { id: 1 }]],
    ['part of the key is missing', byId, [{ name: 'a' }, { name: 'a' }]],
    ['a number and a text look alike', byId, [{ id: 1 }, { id: '1' }]],
    [
      'joined keys would look alike',
      [['a'], ['b']],
      [
        { a: 'x', b: 'yz' },
        { a: 'xy', b: 'z' },
      ],
    ],
  ])('keeps every row when %s', (_, key, rows) => {
    const dedupe = createDedupe(key, () => expect.unreachable())
    expect(dedupe(rows)).toEqual(rows)
  })

  it('compares at least the last 5,000 keys and stays bounded', () => {
    let dropped = 0
    const dedupe = createDedupe(byId, (count) => {
      dropped += count
    })
    for (let id = 0; id < 20_000; id++) dedupe([{ id }])
    dedupe([{ id: 15_001 }])
    expect(dropped).toBe(1)
    expect(dedupe([{ id: 1 }])).toHaveLength(1)
  })

  it('follows paths into nested records', () => {
    const dedupe = createDedupe([['owner', 'id']], () => undefined)
    expect(dedupe([{ owner: { id: 1 } }, { owner: { id: 1 } }, { owner: { id: 2 } }])).toHaveLength(2)
  })
})
