import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accountId, decodeId, encodeId, longId, shortcode } from '../../../../sandbox/data/instagram/ids.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const serials = fc.record({ account: fc.integer({ min: 0, max: 99_999 }), serial: fc.integer({ min: 0, max: 999_999_999 }) })

describe('ids of Instagram', () => {
  it('lead back to what they identify, and are 17 digits', () => {
    fc.assert(
      fc.property(seeds, serials, fc.constantFrom('179' as const, '180' as const), (seed, serial, prefix) => {
        const id = encodeId(prefix, seed, serial)
        expect(id).toMatch(new RegExp(`^${prefix}\\d{14}$`))
        expect(decodeId(prefix, seed, id)).toEqual(serial)
      }),
    )
  })

  it('are not of the other family and not of other texts', () => {
    const id = encodeId('179', 1, { account: 3, serial: 40 })
    for (const text of [id.slice(1), `${id}0`, id.replace(/\d$/, 'x')]) expect(decodeId('179', 1, text)).toBeUndefined()
    expect(decodeId('180', 1, id)).toBeUndefined()
  })

  it('differ for 20,000 accounts', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => accountId(7, index))
    expect(new Set(ids).size).toBe(20_000)
    expect(ids.every((id) => /^178414\d{11}$/.test(id))).toBe(true)
  })

  it('have codes for permalinks that rise with time', () => {
    const [early, late] = [longId(Date.UTC(2021, 2, 3), 5), longId(Date.UTC(2026, 2, 3), 5)]
    expect([early.length, late.length, shortcode(early).length]).toEqual([19, 19, 11])
    expect(BigInt(late) > BigInt(early)).toBe(true)
  })
})
