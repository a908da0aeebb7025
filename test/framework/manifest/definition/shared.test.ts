import { describe, expect, it } from 'vitest'
import { createShared } from '../../../../framework/manifest/definition/shared.ts'

describe('createShared', () => {
  it('makes a value once for each key, undefined included', () => {
    const shared = createShared()
    const made: string[] = []
    const make = (key: string) =>
      shared(key, () => {
        made.push(key)
        return undefined
      })
    for (const key of ['a', 'b', 'a', 'b']) make(key)
    expect(made).toEqual(['a', 'b'])
  })

  it('shares nothing with another run', () => {
    const value = {}
    createShared()('key', () => value)
    expect(createShared()('key', () => 'other')).toBe('other')
  })
})
