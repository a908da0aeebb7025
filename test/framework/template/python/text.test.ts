import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CalendarDate, DateTime, TimeDelta } from '../../../../framework/template/python/datetime.ts'
import { floatText, repr, toText } from '../../../../framework/template/python/text.ts'
import { arrayOf, PyFloat, tuple } from '../../../../framework/template/python/values.ts'

describe('floatText', () => {
  it.each([
    [1, '1.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e22, '1e+22'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-1.5e-7, '-1.5e-07'],
    [5e-324, '5e-324'],
    [-0, '-0.0'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('writes %d as %s', (value, text) => {
    expect(floatText(value)).toBe(text)
  })

  it('is read back exactly', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => Object.is(Number(floatText(value)), value)))
  })
})

describe('repr', () => {
  it.each([
    ["it's", `"it's"`],
    [`it's "q"`, `'it\\'s "q"'`],
    ['\n\t\\', "'\\n\\t\\\\'"],
    ['é日😀', "'é日😀'"],
    ['\u0000\u200b\u{10ffff}', "'\\x00\\u200b\\U0010ffff'"],
    [[1, 'a', null, true, new PyFloat(2)], "[1, 'a', None, True, 2.0]"],
    [{ a: { b: [] } }, "{'a': {'b': []}}"],
    [tuple([1]), '(1,)'],
    [tuple([]), '()'],
    [arrayOf('dict_keys', ['a']), "dict_keys(['a'])"],
    [new Set(), 'set()'],
    [new Set([1]), '{1}'],
    [new Uint8Array([97, 0, 255]), "b'a\\x00\\xff'"],
    [new TimeDelta(90_000, 5), 'datetime.timedelta(days=1, seconds=3600, microseconds=5)'],
    [new CalendarDate(0), 'datetime.date(1970, 1, 1)'],
    [1e20, '100000000000000000000'],
  ])('writes %j as %s', (value, text) => {
    expect(repr(value)).toBe(text)
  })
})

describe('toText', () => {
  it.each([
    [undefined, ''],
    ['a', 'a'],
    [null, 'None'],
    [new DateTime(0, 0, 0), '1970-01-01 00:00:00+00:00'],
    [new DateTime(0, 12, undefined), '1970-01-01 00:00:00.000012'],
    [new TimeDelta(-1), '-1 day, 23:59:59'],
  ])('writes %j as %s', (value, text) => {
    expect(toText(value)).toBe(text)
  })
})
