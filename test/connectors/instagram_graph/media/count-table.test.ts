import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CountTable } from '../../../../connectors/instagram_graph/media/count-table.ts'

const media = (count: number, likes = 5) => Array.from({ length: count }, (_, index) => ({ id: `179${index}`, likes, comments: index % 7 }))
const filled = (entries: ReturnType<typeof media>) => CountTable.sized(entries.length).likewise(entries)

describe('CountTable', () => {
  it('suspects the media whose counts changed, and few others', () => {
    const before = media(1_000)
    const after = before.map((entry, index) => (index % 100 === 0 ? { ...entry, likes: 6 } : entry))
    const table = filled(before)
    const isSuspect = table.suspects(table.likewise(after))
    const suspects = before.filter(({ id }) => isSuspect(id))
    for (let index = 0; index < 1_000; index += 100) expect(isSuspect(`179${index}`)).toBe(true)
    expect(suspects.length).toBeLessThan(40)
  })

  it('suspects nobody when nothing changed, in whatever order the media come', () => {
    const entries = media(500)
    const table = filled(entries)
    const isSuspect = table.suspects(table.likewise(entries.toReversed()))
    expect(entries.some(({ id }) => isSuspect(id))).toBe(false)
  })

  it('tells hidden likes from none', () => {
    const [one] = media(1)
    const table = CountTable.sized(1).likewise([{ id: '1790', likes: 0, comments: 0 }])
    expect(table.suspects(table.likewise([{ id: '1790', likes: undefined, comments: 0 }]))(one?.id ?? '')).toBe(true)
  })

  it.each([
    [0, 128],
    [64, 128],
    [65, 256],
    [1_000, 2_048],
    [10_000, 2_048],
  ])('takes for %d media %d bytes', (count, bytes) => {
    expect(Buffer.from(CountTable.sized(count).text(), 'base64')).toHaveLength(bytes)
  })

  it('is the same after being written and read', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.string(), likes: fc.nat(), comments: fc.nat() }), { maxLength: 200 }), (entries) => {
        const table = CountTable.sized(entries.length).likewise(entries)
        expect(CountTable.read(table.text())?.text()).toBe(table.text())
      }),
    )
  })

  it.each(['', 'AAAA', Buffer.alloc(192).toString('base64'), Buffer.alloc(4_096).toString('base64')])('reads nothing from %j', (text) => {
    expect(CountTable.read(text)).toBeUndefined()
  })

  it('is not changed by what is added to its copy', () => {
    const table = CountTable.sized(1)
    const copy = table.copy()
    copy.add({ id: '1', likes: 1, comments: 1 })
    expect(table.text()).not.toBe(copy.text())
  })
})
