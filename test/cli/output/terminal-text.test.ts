import { describe, expect, it } from 'vitest'
import { clockTime, neutralise, neutraliseLines, shorten, wantsColour } from '../../../cli/output/terminal-text.ts'

describe('neutralise', () => {
  it.each([
    ['\u001b[2J', '\\x1b[2J'],
    ['\u009b31m', '\\x9b31m'],
    ['a\nb\tc\r', 'a\\nb c\\x0d'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['ünï 👩‍👧 مرحبا', 'ünï 👩‍👧 مرحبا'],
  ])('%j', (text, expected) => {
    expect(neutralise(text)).toBe(expected)
  })

  it('keeps lines where they are wanted', () => {
    expect(neutraliseLines('a\r\nb\u0007')).toBe('a\nb\\x07')
  })
})

describe('shorten', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['👩👩👩', 2, '👩…'],
    ['abc', 0, '…'],
  ])('%s to %i', (text, width, expected) => {
    expect(shorten(text, width)).toBe(expected)
  })
})

describe('clockTime', () => {
  it.each([
    [0, '0:00'],
    [61_999, '1:01'],
    [3_723_000, '1:02:03'],
  ])('%i ms', (ms, expected) => {
    expect(clockTime(ms)).toBe(expected)
  })
})

describe('wantsColour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [true, { TERM: 'dumb' }, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('terminal %s with %j: %s', (isTTY, env, expected) => {
    expect(wantsColour({ isTTY }, env)).toBe(expected)
  })
})
