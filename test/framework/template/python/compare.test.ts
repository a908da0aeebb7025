import { describe, expect, it } from 'vitest'
import { compareOrder, contains, equals } from '../../../../framework/template/python/compare.ts'
import { PyFloat, tuple } from '../../../../framework/template/python/values.ts'

describe('equals', () => {
  it.each([
    [1, true, true],
    [5, new PyFloat(5), true],
    [2n ** 60n, 2 ** 60, true],
    [5, '5', false],
    [[1, { a: 2 }], [1, { a: new PyFloat(2) }], true],
    [[1], tuple([1]), false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: undefined }, {}, false],
    [null, undefined, false],
    [Number.NaN, Number.NaN, false],
    [new Set([1, 2]), new Set([2, 1]), true],
    [new Map([[1, 'a']]), new Map([[1, 'a']]), true],
  ])('of %s and %s is %s', (left, right, expected) => {
    expect(equals(left, right)).toBe(expected)
    expect(equals(right, left)).toBe(expected)
  })
})

describe('compareOrder', () => {
  it.each([
    [1, 2.5],
    ['a', 'b'],
    ['ab', 'abc'],
    // By code point, not by UTF-16 unit.
    ['\uff5e', '\u{1f600}'],
    [
      [1, 2],
      [1, 3],
    ],
    [[1], [1, 0]],
    [false, true],
  ])('puts %j before %j', (left, right) => {
    expect(compareOrder(left, right)).toBeLessThan(0)
    expect(compareOrder(right, left)).toBeGreaterThan(0)
  })

  it.each([
    ['a', 1],
    [null, 1],
    [{}, {}],
    [[1], tuple([1])],
  ])('refuses %j and %j', (left, right) => {
    expect(() => compareOrder(left, right)).toThrow('not supported between instances')
  })
})

describe('contains', () => {
  it.each([
    ['b', 'abc', true],
    ['b', { b: null }, true],
    ['toString', {}, false],
    [1, [new PyFloat(1)], true],
    [1, undefined, false],
  ])('%j in %j is %s', (item, container, expected) => {
    expect(contains(item, container)).toBe(expected)
  })

  it('refuses containers that are none', () => {
    expect(() => contains(1, 'abc')).toThrow('requires string')
    expect(() => contains(1, null)).toThrow('not iterable')
  })
})
