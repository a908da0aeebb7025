import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, binary, negate } from '../../../../framework/template/python/arithmetic.ts'
import { equals } from '../../../../framework/template/python/compare.ts'
import { PyFloat, toInt } from '../../../../framework/template/python/values.ts'

const anyInt = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n })).map(toInt)

describe('binary', () => {
  it.each([
    ['/', 5, 2, 2.5],
    ['/', 4, 2, new PyFloat(2)],
    ['//', -7, 2, -4],
    ['%', -7, 3, 2],
    ['%', 7, -3, -2],
    ['%', -5.5, 2, 0.5],
    ['**', 2, -1, 0.5],
    ['**', 10, 20, 10n ** 20n],
    ['*', 2 ** 52, 4, 2n ** 54n],
    ['*', 'ab', 2, 'abab'],
    ['*', [1], 2, [1, 1]],
    ['*', true, 3, 3],
    ['-', true, true, 0],
  ] as const)('%s of %j and %j', (operator, left, right, expected) => {
    expect(binary(operator, left, right)).toEqual(expected)
  })

  it('divides ints as Python does, whatever their size', () => {
    fc.assert(
      fc.property(anyInt, anyInt, (a, b) => {
        fc.pre(b !== 0)
        const [quotient, rest] = [binary('//', a, b), binary('%', a, b)]
        expect(equals(add(binary('*', quotient, b), rest), a)).toBe(true)
        expect(rest === 0 || (rest as number) < 0 === Number(b) < 0).toBe(true)
      }),
    )
  })

  it('adds and subtracts ints exactly', () => {
    fc.assert(fc.property(anyInt, anyInt, (a, b) => equals(binary('-', add(a, b), b), a)))
    fc.assert(fc.property(anyInt, (a) => equals(add(a, negate(a)), 0)))
  })

  it.each([
    ['+', 'a', 1],
    ['+', null, 1],
    ['-', 'a', 'b'],
    ['*', 'a', 'b'],
    ['+', [1], 'a'],
    ['/', [], 1],
  ] as const)('refuses %s of %j and %j as a TypeError', (operator, left, right) => {
    expect(() => binary(operator, left, right)).toThrow(expect.objectContaining({ kind: 'TypeError' }))
  })

  it('refuses undefined operands as such, and division by zero', () => {
    expect(() => add(undefined, 1)).toThrow(expect.objectContaining({ kind: 'UndefinedError' }))
    expect(() => binary('//', 1, 0)).toThrow(expect.objectContaining({ kind: 'ZeroDivisionError' }))
  })
})
