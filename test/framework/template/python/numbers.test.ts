import { describe, expect, it } from 'vitest'
import { parsePythonFloat, parsePythonInt, parseRadix } from '../../../../framework/template/python/numbers.ts'

describe('parsePythonInt', () => {
  it.each([
    [' 7 ', 7],
    ['-1_000', -1000],
    ['12345678901234567890', 12_345_678_901_234_567_890n],
    [2.9, 2],
    [-2.9, -2],
    [true, 1],
    [1e20, 100_000_000_000_000_000_000n],
  ])('of %j', (value, expected) => {
    expect(parsePythonInt(value)).toBe(expected)
  })

  it.each(['', '1.5', '1__0', '0x10', 'abc', '9'.repeat(4301), Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => parsePythonInt(value)).toThrow(expect.objectContaining({ kind: 'ValueError' }))
  })

  it('refuses what is not a number', () => {
    expect(() => parsePythonInt(null)).toThrow(expect.objectContaining({ kind: 'TypeError' }))
  })
})

describe('parsePythonFloat', () => {
  it.each([
    ['1e3', 1000],
    ['.5', 0.5],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['nan', Number.NaN],
    ['1_0.5', 10.5],
  ])('of %s', (text, expected) => {
    expect(parsePythonFloat(text)).toBe(expected)
  })

  it.each(['', 'e3', '1e', '0x1'])('refuses %j', (text) => {
    expect(() => parsePythonFloat(text)).toThrow('could not convert')
  })
})

describe('parseRadix', () => {
  it.each([
    ['ff', 16, 255],
    ['-0xFF', 16, -255],
    ['0b101', 2, 5],
    ['17', 8, 15],
  ])('%s to the base %d', (text, base, expected) => {
    expect(parseRadix(text, base)).toBe(expected)
  })
})
