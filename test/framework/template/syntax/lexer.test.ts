import { describe, expect, it } from 'vitest'
import { tokenize } from '../../../../framework/template/syntax/lexer.ts'

const texts = (source: string): string[] => tokenize(source).map((token) => ('text' in token ? token.text : token.type))

describe('tokenize', () => {
  it.each([
    ['a {{- b -}} c', ['a', 'variable_begin', 'b', 'variable_end', 'c', 'end']],
    ['a{#- c -#} b', ['a', 'b', 'end']],
    ["{{ '}}' }}", ['variable_begin', '}}', 'variable_end', 'end']],
    ['{{ {} }}', ['variable_begin', '{', '}', 'variable_end', 'end']],
    ['{%- raw %}{{ x }}{% endraw -%} y', ['{{ x }}', 'y', 'end']],
    ['a\r\nb\n', ['a\nb', 'end']],
    ["{{ '\\u0041\\d' 'b' }}", ['variable_begin', 'A\\d', 'b', 'variable_end', 'end']],
    ['{{ a//b**c }}', ['variable_begin', 'a', '//', 'b', '**', 'c', 'variable_end', 'end']],
  ])('cuts %j', (source, expected) => {
    expect(texts(source)).toEqual(expected)
  })

  it.each([
    ['1_000', 1000],
    ['0x1F', 31],
    ['12345678901234567890', 12_345_678_901_234_567_890n],
    ['1.5e3', { value: 1500 }],
  ])('reads the number %s', (number, value) => {
    expect(tokenize(`{{ ${number} }}`)[1]).toMatchObject({ type: 'number', value })
  })

  it.each(['{{ a', '{% raw %}x', '{# x', "{{ 'a }}", '{{ a ] }}', '{{ (a] }}', '{{ a ? b }}', "{{ '\\x4' }}", '{{ @ }}'])(
    'refuses %s',
    (source) => {
      expect(() => tokenize(source)).toThrow(expect.objectContaining({ name: 'TemplateSyntaxError' }))
    },
  )
})
