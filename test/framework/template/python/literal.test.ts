import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equals } from '../../../../framework/template/python/compare.ts'
import { literalEval, noLiteral } from '../../../../framework/template/python/literal.ts'
import { repr } from '../../../../framework/template/python/text.ts'
import { ellipsis, kindOf, PyFloat, tuple } from '../../../../framework/template/python/values.ts'
import outcomes from '../../../fixtures/template/python-literals.json' with { type: 'json' }

describe('literalEval', () => {
  it.each([
    ['5', 5],
    [' 5\n', 5],
    ['1 # comment', 1],
    ['1_000', 1000],
    ['-0', 0],
    ['0x10', 16],
    ['12345678901234567890', 12_345_678_901_234_567_890n],
    ["'it\\'s'", "it's"],
    ["'a' 'b'", 'ab'],
    ["'''a\nb'''", 'a\nb'],
    ["r'\\n'", '\\n'],
    ["'\\x41\\u00e9\\q'", 'Aé\\q'],
    ['[1, None, True,]', [1, null, true]],
    ["{'a': {'b': []}}", { a: { b: [] } }],
    ['(\n1,\n2)', [1, 2]],
    ['...', ellipsis],
    ['b"x"', new Uint8Array([120])],
  ])('reads %j', (text, value) => {
    expect(literalEval(text)).toEqual(value)
  })

  it('tells tuples, sets and floats from lists and ints', () => {
    expect(kindOf(literalEval('1,2') as unknown[])).toBe('tuple')
    expect(literalEval('{1, 2}')).toEqual(new Set([1, 2]))
    expect(literalEval('1.0')).toEqual(new PyFloat(1))
    expect(literalEval('{1: 2}')).toEqual(new Map([[1, 2]]))
  })

  it.each([
    '',
    '007',
    '1 + 1',
    '2024-10-11',
    'nan',
    'true',
    'null',
    '{"a": null}',
    '5%',
    '3j',
    '1+2j',
    "f'x'",
    '-True',
    '--1',
    '{[]: 1}',
    '1__0',
    "'a",
  ])('takes %j for text', (text) => {
    expect(literalEval(text)).toBe(noLiteral)
  })

  it('agrees with Python about what is a literal, for random texts', () => {
    const literals = outcomes.map(({ text }) => literalEval(text) !== noLiteral)
    expect(literals).toEqual(outcomes.map(({ literal }) => literal))
  })

  it('refuses deep nesting without exhausting the stack', () => {
    expect(literalEval('['.repeat(100_000))).toBe(noLiteral)
    expect(literalEval(`${'['.repeat(50)}${']'.repeat(50)}`)).not.toBe(noLiteral)
  })

  it('reads back what repr writes', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.bigInt(2n ** 53n, 2n ** 80n),
      fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')),
        fc.array(tie('value')).map(tuple),
        fc.dictionary(fc.string(), tie('value')),
      ),
    }))
    fc.assert(
      fc.property(fc.oneof(fc.array(value), fc.dictionary(fc.string(), value)), (container) =>
        equals(literalEval(repr(container)), container),
      ),
    )
  })
})
