import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonText } from '../../destinations/json-text.ts'

describe('jsonText', () => {
  it.each([
    ['a line separator', { text: 'a\u2028b' }, '{"text":"a\\u2028b"}'],
    ['a next line character', { 'k\u0085': 1 }, '{"k\\u0085":1}'],
    ['a lone surrogate', { text: '\ud83d' }, '{"text":"\\ud83d"}'],
    ['NUL', { text: '\u0000' }, '{"text":"\\u0000"}'],
    ['a bigint', { id: 18000000000000000123n, list: [-1n] }, '{"id":18000000000000000123,"list":[-1]}'],
    ['text beside a bigint', { id: 1n, text: '"bigint-0.5-0"' }, '{"id":1,"text":"\\"bigint-0.5-0\\""}'],
    ['not a number', { value: Number.NaN }, '{"value":null}'],
  ])('writes %s', (_what, value, expected) => {
    expect(jsonText(value)).toBe(expected)
  })

  it('is one line that parses back, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const line = jsonText({ value, text })
        expect(line).not.toMatch(/[\n\r\u0085\u2028\u2029]/)
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ value, text })))
      }),
    )
  })

  it('refuses cycles and nesting beyond the stack', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    let deep: unknown = 1n
    for (let level = 0; level < 1_000_000; level++) deep = [deep]
    for (const value of [cycle, deep]) expect(() => jsonText(value)).toThrow(expect.objectContaining({ code: 'ERR_RECORD_UNWRITABLE' }))
  })
})
