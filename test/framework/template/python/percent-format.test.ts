import { describe, expect, it } from 'vitest'
import { formatWithSpec } from '../../../../framework/template/python/number-format.ts'
import { percentFormat } from '../../../../framework/template/python/percent-format.ts'
import { tuple } from '../../../../framework/template/python/values.ts'
import { native } from '../evaluate.ts'

describe('percentFormat', () => {
  it.each([
    ['%s-%d', tuple(['a', 3]), 'a-3'],
    ['%05.1f|%-4d|%+d', tuple([3.149, 7, 2]), '003.1|7   |+2'],
    ['%(a)s%%', { a: 1 }, '1%'],
    ['%x %o %E', tuple([255, 8, 12345.678]), 'ff 10 1.234568E+04'],
    ['%g %g', tuple([0.00001, 123456789]), '1e-05 1.23457e+08'],
    ['%*d', tuple([4, 1]), '   1'],
    ['%r', 'x', "'x'"],
  ])('%s', (format, values, text) => {
    expect(percentFormat(format, values)).toBe(text)
  })

  it.each([
    ['%d', 'x', 'a number|integer is required'],
    ['%s %s', tuple(['a']), 'not enough arguments'],
    ['%s', tuple([1, 2]), 'not all arguments converted'],
    ['%(a)s', 1, 'requires a mapping'],
    ['%y', 1, 'unsupported format character'],
  ])('refuses %s of %j', (format, values, message) => {
    expect(() => percentFormat(format, values)).toThrow(new RegExp(message))
  })
})

describe('formatWithSpec', () => {
  it.each([
    [1234567.891, ',.2f', '1,234,567.89'],
    [42, '05d', '00042'],
    ['ab', '*^6', '**ab**'],
    [0.25, '%', '25.000000%'],
    [255, '#x', '0xff'],
    [2.5, '', '2.5'],
    ['abc', '.2', 'ab'],
  ])('%j with %s', (value, spec, text) => {
    expect(formatWithSpec(value, spec)).toBe(text)
  })
})

describe('str.format', () => {
  it('reads attributes and items only as templates may', () => {
    expect(native("{{ '{0[a]}{x.a}'.format({'a': 1}, x={'a': 2}) }}")).toBe('12')
    expect(native("{{ '{0.constructor}'.format({}) }}")).toBe('')
  })
})
