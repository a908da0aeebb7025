import { describe, expect, it } from 'vitest'
import { expiryOf, findValue, momentOf } from '../../../../framework/components/authenticators/token-answer.ts'

describe('findValue', () => {
  it.each([
    [{ a: 1 }, 1],
    [{ data: [{ x: 0 }, { a: 2 }] }, 2],
    [{ a: null, b: { a: 3 } }, undefined],
    [{ 1: { 2: { 3: { 4: { a: 4 } } } } }, 4],
    [{ 1: { 2: { 3: { 4: { 5: { 6: { a: 5 } } } } } } }, undefined],
    ['a', undefined],
  ])('in %j finds %j', (body, expected) => expect(findValue(body, 'a')).toBe(expected))
})

describe('expiryOf', () => {
  const now = Date.UTC(2024, 0, 1)
  it.each([
    [60, undefined, now + 60_000],
    ['60.9', undefined, now + 60_000],
    ['2024-01-02T00:00:00Z', '%Y-%m-%dT%H:%M:%SZ', now + 86_400_000],
    ['2024-01-02T00:00:00+00:00', '%d.%m.%Y', now + 86_400_000],
    [1704153600, '%Y', now + 86_400_000],
  ])('reads %j with format %s', (value, format, expected) => expect(expiryOf(value, { now, format })).toBe(expected))

  it('refuses what is not a number', () =>
    expect(() => expiryOf('soon', { now, format: undefined })).toThrow(/'soon', which is not a number/))
  it('refuses what is not a date', () => expect(() => momentOf('soon')).toThrow(/not a date/))
})
