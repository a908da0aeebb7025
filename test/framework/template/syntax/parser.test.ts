import { describe, expect, it } from 'vitest'
import { parseTemplate } from '../../../../framework/template/syntax/parser.ts'
import { native } from '../evaluate.ts'

describe('parseTemplate', () => {
  it.each([
    ['(1 == 1) == true', true],
    ['1 < 2 < 2', false],
    ["('a' in 'abc') == false", false],
    ['2 ** 3 ** 2', 64],
    ['-2 ** 2', 4],
    ['-5 | abs', 5],
    ['not 1 == 2', true],
    ["'1' + 2 ~ 3", '123'],
    ['1 if false else 2 if false else 3', 3],
    ['4 is divisibleby 2 and 5 is odd', true],
    ["'a' is not in ['b']", true],
    ['3 | string | length', 1],
    ['[1, 2, 3][::-1][0]', 3],
    ['{"a": [1, 2]}.a.1', 2],
    ['(1, )[0] + ()|length', 1],
  ])('reads %s with the precedence of Jinja', (expression, value) => {
    expect(native(`{{ ${expression} }}`)).toEqual(value)
  })

  it.each([
    ['{{ a b }}', "expected '}}', got 'b'"],
    ['{{ [1 2] }}', "expected ',', got a number"],
    ['{{ f(a=1, 2) }}', 'positional arguments come before named ones'],
    ['{{ }}', "expected an expression, got '}}'"],
    ['{% if x %}', 'missing {% endif %}'],
    ['{% endif %}', "unknown statement 'endif'"],
    ['{% macro m() %}{% endmacro %}', "unknown statement 'macro'; known: filter, for, if, raw, set, with"],
    ['{% for x in y recursive %}{% endfor %}', 'recursive loops'],
    ['{% set true = 1 %}', "cannot assign to 'true'"],
  ])('refuses %s', (source, message) => {
    expect(() => parseTemplate(source)).toThrow(message)
  })
})
