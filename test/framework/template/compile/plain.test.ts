import { describe, expect, it } from 'vitest'
import { plainValue } from '../../../../framework/template/compile/plain.ts'
import { plainText } from '../../../../framework/template/python/render.ts'
import { PyFloat, tuple } from '../../../../framework/template/python/values.ts'

describe('plainValue', () => {
  it('turns what JSON has not into what it has', () => {
    const value = { a: new PyFloat(2), b: tuple([new Map<unknown, unknown>([[1, new Set(['x'])]])]), c: undefined }
    expect(plainValue(value)).toEqual({ a: 2, b: [{ '1': ['x'] }], c: null })
  })

  it('returns the same object where nothing changes', () => {
    const value = { a: [1, { b: 'x' }] }
    expect(plainValue(value)).toBe(value)
  })
})

describe('plainText', () => {
  it.each([
    [null, ''],
    [true, 'true'],
    [new PyFloat(2), '2'],
    [1e21, '1000000000000000000000'],
    [2n ** 60n, '1152921504606846976'],
    [{ a: [1, null, new PyFloat(2)] }, '{"a":[1,null,2]}'],
    [new Map([['a', new Set([1])]]), '{"a":[1]}'],
  ])('of %s is %s', (value, text) => {
    expect(plainText(value)).toBe(text)
  })
})
