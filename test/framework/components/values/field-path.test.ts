import { describe, expect, it } from 'vitest'
import { removeAt, setAt, valueAt, valuesAt } from '../../../../framework/components/values/field-path.ts'

describe('valueAt', () => {
  it.each([
    [{ a: { b: 1 } }, ['a', 'b'], 1],
    [{ a: [10, 20] }, ['a', '1'], 20],
    [{ a: [10] }, ['a', '-1'], undefined],
    [{ a: 1 }, ['a', 'b'], undefined],
    ['text', ['length'], undefined],
    [{}, ['constructor'], undefined],
    [{ a: null }, ['a'], null],
    [{ a: 1 }, [], { a: 1 }],
  ])('%o at %o', (body, path, value) => {
    expect(valueAt(body, path)).toEqual(value)
  })
})

describe('valuesAt', () => {
  const body = { a: [{ x: 1 }, { x: 2 }, { y: 3 }], b: { x: 4 }, 'a.b': 5 }
  it.each([
    [
      ['a', '*', 'x'],
      [1, 2],
    ],
    [['*', 'x'], [4]],
    [
      ['**', 'x'],
      [1, 2, 4],
    ],
    [['a*'], [body.a, 5]],
    [['[ab]'], [body.a, body.b]],
    [['[!a]'], [body.b]],
    [['?', 'x'], [4]],
    [['a', '0', 'x'], [1]],
    [['none', '*'], []],
  ])('%o', (path, values) => {
    expect(valuesAt(body, path)).toEqual(values)
  })
})

describe('setAt', () => {
  it.each([
    [{}, ['a'], { a: 9 }],
    [{ a: 1 }, ['a'], { a: 9 }],
    [{}, ['a', 'b'], { a: { b: 9 } }],
    [{}, ['a', '1'], { a: [null, 9] }],
    [{ a: [0] }, ['a', '0'], { a: [9] }],
  ])('%o at %o', (target, path, result) => {
    setAt(target, path, 9)
    expect(target).toEqual(result)
  })

  it.each([
    [{ a: 'text' }, ['a', 'b']],
    [{ a: null }, ['a', 'b']],
    [{ a: [] }, ['a', 'b']],
  ])('refuses %o at %o', (target, path) => {
    expect(() => setAt(target, path, 9)).toThrow(expect.objectContaining({ code: 'ERR_FIELD_PATH' }))
  })

  it('does not reach prototypes', () => {
    const target = {}
    setAt(target, ['__proto__', 'polluted'], true)
    setAt(target, ['constructor', 'prototype', 'polluted'], true)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.keys(target)).toEqual(['__proto__', 'constructor'])
  })
})

describe('removeAt', () => {
  it.each([
    [{ a: 1, b: 2 }, ['a'], { b: 2 }],
    [{ a: [1, 2, 3] }, ['a', '0'], { a: [null, 2, 3] }],
    [{ a: [1, 2, 3] }, ['a', '2'], { a: [1, 2] }],
    [{ a: { x: 1, y: 2 }, b: { x: 3 } }, ['*', 'x'], { a: { y: 2 }, b: {} }],
    [{ a: 1 }, ['b', 'c'], { a: 1 }],
  ])('%o at %o', (target, path, result) => {
    removeAt(target, path)
    expect(target).toEqual(result)
  })

  it('asks about each value', () => {
    const target = { a: 1, b: { a: 2 } }
    removeAt(target, ['**'], (value) => value === 2)
    expect(target).toEqual({ a: 1, b: {} })
  })
})
