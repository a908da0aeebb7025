import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codePointLength, compareTexts } from '../../../../framework/template/python/code-points.ts'
import { dictGet, dictOf } from '../../../../framework/template/python/dict.ts'
import { jsonText } from '../../../../framework/template/python/json-text.ts'
import { quote, quotePlus } from '../../../../framework/template/python/percent-encoding.ts'
import { iterate, sliceOf } from '../../../../framework/template/python/sequences.ts'
import { PyFloat } from '../../../../framework/template/python/values.ts'

describe('sliceOf', () => {
  it.each([
    ['abcdef', 1, -1, undefined, 'bcde'],
    ['abcdef', undefined, undefined, -2, 'fdb'],
    ['a😀b', 1, undefined, undefined, '😀b'],
    ['abc', 5, 9, undefined, ''],
    ['abc', -9, 2, undefined, 'ab'],
  ])('%s[%s:%s:%s]', (text, start, stop, step, expected) => {
    expect(sliceOf(text, { start, stop, step })).toBe(expected)
  })

  it('cuts lists where it cuts texts', () => {
    const index = fc.option(fc.integer({ min: -8, max: 8 }), { nil: undefined })
    fc.assert(
      fc.property(index, index, fc.constantFrom(undefined, 1, 2, -1, -3), (start, stop, step) => {
        expect((sliceOf([...'abcdef'], { start, stop, step }) as string[]).join('')).toBe(sliceOf('abcdef', { start, stop, step }))
      }),
    )
  })

  it.each([[null], [5], [{}], [undefined]])('refuses %j', (value) => {
    expect(() => sliceOf(value, { start: 0, stop: 1, step: undefined })).toThrow()
  })
})

describe('iterate', () => {
  it('visits characters, keys and nothing', () => {
    expect(iterate('a😀')).toEqual(['a', '😀'])
    expect(iterate({ a: 1, b: 2 })).toEqual(['a', 'b'])
    expect(iterate(undefined)).toEqual([])
    expect(() => iterate(5)).toThrow("'int' object is not iterable")
  })
})

describe('code points', () => {
  it('are counted and compared as in Python', () => {
    expect(codePointLength('a😀b')).toBe(3)
    expect(compareTexts('\uff5e', '😀')).toBeLessThan(0)
    expect(compareTexts('a', 'a')).toBe(0)
  })
})

describe('dictOf', () => {
  it('makes a Map once a key is not a text, in which equal numbers are one key', () => {
    const dict = dictOf([
      [1, 'a'],
      ['b', 2],
    ])
    expect(dict).toBeInstanceOf(Map)
    expect(dictGet(dict, new PyFloat(1))).toBe('a')
    expect(dictGet(dict, true)).toBe('a')
  })

  it('refuses keys that Python cannot hash', () => {
    expect(() => dictOf([[[], 1]])).toThrow("unhashable type: 'list'")
  })
})

describe('jsonText', () => {
  it.each([
    [{ b: [1, null], a: 'é"' }, '{"b": [1, null], "a": "\\u00e9\\""}'],
    [new PyFloat(2), '2.0'],
    [Number.NaN, 'NaN'],
    ['\x7f😀', '"\x7f\\ud83d\\ude00"'],
  ])('writes %j', (value, text) => {
    expect(jsonText(value)).toBe(text)
  })

  it('sorts and indents on demand', () => {
    expect(jsonText({ b: [], a: [1] }, { sortKeys: true, indent: 1 })).toBe('{\n "a": [\n  1\n ],\n "b": []\n}')
  })
})

describe('quote', () => {
  it('leaves what RFC 3986 calls unreserved, and the safe characters', () => {
    expect(quote("a-b_c.d~e/f g'(é)")).toBe('a-b_c.d~e/f%20g%27%28%C3%A9%29')
    expect(quotePlus('a b/c+d')).toBe('a+b%2Fc%2Bd')
  })

  it('is undone by decodeURIComponent', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeURIComponent(quote(text, '')) === text))
  })
})
