import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defined } from '../../framework/defined.ts'

describe('defined', () => {
  it('leaves out what is undefined and keeps every other value, in its order', () => {
    const kept = defined({ a: 1, b: undefined, c: null, d: '', e: false, f: 0 })
    expect(Object.entries(kept)).toEqual([
      ['a', 1],
      ['c', null],
      ['d', ''],
      ['e', false],
      ['f', 0],
    ])
    expect('b' in kept).toBe(false)
  })

  it('keeps exactly the members that have a value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.option(fc.integer(), { nil: undefined })), (members) => {
        const names = Object.keys(members).filter((name) => members[name] !== undefined)
        expect(Object.keys(defined(members))).toEqual(names)
      }),
    )
  })
})
