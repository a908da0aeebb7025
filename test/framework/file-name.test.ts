import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileNameOf } from '../../framework/file-name.ts'

describe('fileNameOf', () => {
  it.each(['posts', 'page_insights__112712345678901', 'a-b_1', '_x'])('leaves %s as it is', (name) => {
    expect(fileNameOf(name)).toBe(name)
  })

  it.each([
    ['../../x', /^x~[0-9a-f]{16}$/],
    ['Posts', /^posts~[0-9a-f]{16}$/],
    ['con', /^con~/],
    ['lpt1', /^lpt1~/],
    ['', /^~/],
    ['-rf', /^rf~/],
    ['ünï cödé', /^n_c_d_~/],
  ])('makes %j safe and keeps it readable', (name, expected) => {
    expect(fileNameOf(name)).toMatch(expected)
  })

  it('never leaves its folder, is short, and differs for different names even where case is ignored', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('a', 'A', 'a~', 'a.', 'a ', '\ud800', '\ud801', '\ufffd'),
    )
    fc.assert(
      fc.property(odd, odd, (a, b) => {
        expect(fileNameOf(a)).toMatch(/^[a-z0-9_~-]{1,100}$/)
        if (a !== b) expect(fileNameOf(a).toLowerCase()).not.toBe(fileNameOf(b).toLowerCase())
      }),
      { numRuns: 500 },
    )
  })
})
