import { describe, expect, it } from 'vitest'
import { compileRegex, withinLimits } from '../../../../framework/template/python/regex.ts'
import { expandReplacement } from '../../../../framework/template/python/regex-syntax.ts'
import { failureOf } from '../evaluate.ts'

/** The first group, as Python's `re.search` gives it. */
function firstGroup(source: string, subject: string): string | undefined {
  const regex = compileRegex(source)
  return withinLimits(regex, subject, () => regex.pattern.exec(subject))?.[1]
}

describe('compileRegex', () => {
  it.each([
    ['(?P<x>\\d+)', 'abc123', '123'],
    ['(?P<a>.)(?P=a)', 'abb', 'b'],
    ['(?i)(abc)', 'ABC', 'ABC'],
    ['([\\w-]+)', 'é-1 x', 'é-1'],
    ['([]x]+)', 'a]x', ']x'],
    ['({x})', '{x}', '{x}'],
    ['(x{,2})$', 'xxx', 'xx'],
    ['(b)$', 'ab\n', 'b'],
    ['\\A(a)\\Z', 'a', 'a'],
    ['/([-\\w]{3,})([/]?)', 'https://abc/', 'abc'],
    ['(\\-\\/)', '-/', '-/'],
    ['(a)(?#comment)b', 'ab', 'a'],
    ['([\\d-z]+)', '1-z', '1-z'],
  ])('finds %s in %j', (source, subject, group) => {
    expect(firstGroup(source, subject)).toBe(group)
  })

  it.each(['(', '[a', '(?x)a', 'a**'])('refuses %s', (source) => {
    expect(failureOf(() => compileRegex(source))).toMatch(/^ERR_TEMPLATE: /)
  })

  it('refuses long patterns and subjects', () => {
    expect(failureOf(() => compileRegex('a'.repeat(1001)))).toMatch(/^ERR_TEMPLATE_LIMIT: /)
    expect(failureOf(() => firstGroup('(a)', 'a'.repeat(1_000_001)))).toMatch(/^ERR_TEMPLATE_LIMIT: /)
  })
})

describe('withinLimits', () => {
  it.each([
    ['nested quantifiers', '((a+)+)b', 40],
    ['alternatives that overlap', '((a|aa)+)b', 60],
    ['a search from every place', '(a.*b)', 100_000],
    ['back references', '(a*)\\1\\1b', 3000],
  ])('stops %s', (_, source, length) => {
    expect(failureOf(() => firstGroup(source, 'a'.repeat(length)))).toContain('ERR_TEMPLATE_LIMIT: a regular expression took more than')
  })

  it('lets ordinary patterns pass on long texts', () => {
    expect(firstGroup('<(.*)>', `${'x'.repeat(100_000)}<next>`)).toBe('next')
  })
})

describe('expandReplacement', () => {
  it.each([
    ['[\\1]', '[b]'],
    ['\\g<2>\\g<1>', 'cb'],
    ['\\g<n>', 'N'],
    ['a\\n\\\\', 'a\n\\'],
    ['$1', '$1'],
  ])('expands %s', (replacement, text) => {
    expect(expandReplacement(replacement, ['bc', 'b', 'c'], { n: 'N' })).toBe(text)
  })

  it('refuses unknown groups and escapes', () => {
    expect(() => expandReplacement('\\3', ['a'], {})).toThrow('invalid group reference')
    expect(() => expandReplacement('\\q', ['a'], {})).toThrow('bad escape')
  })
})
