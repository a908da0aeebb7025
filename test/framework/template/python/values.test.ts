import { describe, expect, it } from 'vitest'
import { TimeDelta } from '../../../../framework/template/python/datetime.ts'
import {
  arrayOf,
  attributes,
  isDict,
  PyFloat,
  toFloat,
  toInt,
  truthy,
  tuple,
  typeName,
} from '../../../../framework/template/python/values.ts'

describe('truthy', () => {
  it.each([
    [0, false],
    [0n, false],
    [new PyFloat(0), false],
    ['', false],
    ['0', true],
    [[], false],
    [tuple([]), false],
    [arrayOf('generator', []), true],
    [{}, false],
    [{ [attributes]: { index: 1 } }, true],
    [{ [attributes]: { partition: {}, cursor_slice: {}, extra_fields: {} } }, false],
    [new Map(), false],
    [new TimeDelta(0), false],
    [undefined, false],
  ])('of %o is %s', (value, expected) => {
    expect(truthy(value)).toBe(expected)
  })
})

describe('toInt and toFloat', () => {
  it('keep ints exact and floats recognisable', () => {
    expect(toInt(5n)).toBe(5)
    expect(toInt(2n ** 60n)).toBe(2n ** 60n)
    expect(toFloat(2)).toEqual(new PyFloat(2))
    expect(toFloat(2.5)).toBe(2.5)
    expect(JSON.stringify({ a: toFloat(2) })).toBe('{"a":2}')
  })
})

describe('typeName and isDict', () => {
  it.each([
    [null, 'NoneType', false],
    [true, 'bool', false],
    [1, 'int', false],
    [1.5, 'float', false],
    [[], 'list', false],
    [tuple([]), 'tuple', false],
    [{}, 'dict', true],
    [Object.create(null), 'dict', true],
    [new Map(), 'dict', true],
    [new Set(), 'set', false],
    [new TimeDelta(0), 'timedelta', false],
    [() => 1, 'object', false],
  ])('of %o are %s and %s', (value, name, dict) => {
    expect(typeName(value)).toBe(name)
    expect(isDict(value)).toBe(dict)
  })
})
