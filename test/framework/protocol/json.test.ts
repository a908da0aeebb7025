import { describe, expect, it } from 'vitest'
import { isObject } from '../../../framework/protocol/json.ts'

describe('isObject', () => {
  it.each([{}, { a: 1 }, Object.create(null)])('takes %j for an object', (value) => {
    expect(isObject(value)).toBe(true)
  })

  it.each([null, undefined, [], [{}], 'a', 1, true, () => undefined])('takes %j for something else', (value) => {
    expect(isObject(value)).toBe(false)
  })
})
