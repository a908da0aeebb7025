import { describe, expect, it } from 'vitest'
import { airbyte, failureOf, native } from './evaluate.ts'

/** Forty characters to loop over. */
const forty = 'a'.repeat(40)

describe('the limits of a template', () => {
  it.each([
    ["{{ 'a' * 10**9 }}"],
    ['{{ [0] * 10**9 }}'],
    ["{{ '%999999999d' % 1 }}"],
    ["{{ '%.999999999d' % 1 }}"],
    ["{{ '{:>999999999}'.format('x') }}"],
    ['{{ 9**(9**(9**9)) }}'],
    ["{{ 'x'.center(10**9) }}"],
    ["{{ 'x' | replace('', 'y' * 9999999) }}"],
    ["{{ ''.join(['a' * 9999999] * 99) }}"],
    [`{% set ns = namespace(s='a') %}{% for i in '${forty}' %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}`],
    ["{% set l = ['a'] * 3000 %}{% for a in l %}{% for b in l %}{% endfor %}{% endfor %}"],
    ['{% set l = [] %}{% set _ = l.append(l) %}{{ l }}'],
    ["{{ ('a' * 40) | regex_search('((a+)+)b') }}"],
  ])('stop %s in both dialects', (source) => {
    expect(failureOf(() => airbyte(source))).toMatch(/^ERR_TEMPLATE_LIMIT: /)
    expect(failureOf(() => native(source))).toMatch(/^ERR_TEMPLATE_LIMIT: /)
  })

  it('stop the text of a list that holds itself a million times', () => {
    const source = `{% set ns = namespace(l=[]) %}{% for i in '${forty}' %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}`
    expect(failureOf(() => native(source))).toMatch(/^ERR_TEMPLATE_LIMIT: /)
  })

  it.each([
    [`{{ ${'('.repeat(500)}1${')'.repeat(500)} }}`],
    [`{{ ${'-'.repeat(500)}1 }}`],
    [`{{ 1${'+1'.repeat(100_000)} }}`],
    [`${'{% if 1 %}'.repeat(100)}${'{% endif %}'.repeat(100)}`],
  ])('refuse templates that nest too deeply', (source) => {
    expect(failureOf(() => native(source))).toMatch(/^ERR_TEMPLATE_SYNTAX: /)
  })
})
