import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../framework/errors.ts'
import { attributes, compileCondition, compileTemplate } from '../../../framework/template/template.ts'
import { airbyte, condition, failureOf, native } from './evaluate.ts'

describe('compileTemplate', () => {
  it('names its source, its outside names and whether it is constant', () => {
    const template = compileTemplate("{% set a = 1 %}{{ a + record['id'] + max(1, stream_interval.x) }}", { dialect: 'airbyte' })
    expect(template.roots).toEqual(['record', 'stream_interval'])
    expect(template.constant).toBe(false)
    expect(compileTemplate('007', { dialect: 'native' })).toMatchObject({ source: '007', constant: true, roots: [] })
  })

  it('reports syntax errors with the template', () => {
    expect(failureOf(() => native('{{ record. }}'))).toBe(
      `ERR_TEMPLATE_SYNTAX: expected a name or a number after '.' in the template "{{ record. }}"`,
    )
    expect(() => native('{% if x %}')).toThrow(ConfigError)
    expect(failureOf(() => native('{{ x | uper }}'))).toContain("unknown filter 'uper'; did you mean upper?")
    expect(failureOf(() => native('{{ x is defned }}'))).toContain("unknown test 'defned'; did you mean defined?")
  })

  it('shortens a long template in messages', () => {
    expect(failureOf(() => native(`${'x'.repeat(1000)}{{`)).length).toBeLessThan(500)
  })
})

describe('the native dialect', () => {
  const scope = { record: { id: '0123', n: 5, none: null, list: [1, { a: 2 }], end_time: '2026-01-02', values: [3], page: {} }, config: {} }

  it.each([
    ['static text stays as written', '007', '007'],
    ['static text that looks like JSON stays text', '[1, 2]', '[1, 2]'],
    ['text is not read as a literal', "{{ record['id'] }}", '0123'],
    ['a number is a number', '{{ record.n }}', 5],
    ['an integral quotient is a number', '{{ 10 / 5 }}', 2],
    ['a missing key is null', '{{ record.nope }}', null],
    ['a path through something missing is null', '{{ record.page.cursors.after }}', null],
    ['a path through null is null', "{{ record.none['x'].y }}", null],
    ['data comes before methods', '{{ record.values[0] }}', 3],
    ['methods can be called all the same', "{{ record.get('n') }}", 5],
    ['containers are plain data', "{{ {'a': 10 / 5, 'b': (1, 2)} }}", { a: 2, b: [1, 2] }],
    ['generators are lists', '{{ record.list | map(attribute="a", default=0) }}', [0, 2]],
    ['null is empty in mixed text', 'a{{ record.none }}{{ record.nope }}b', 'ab'],
    ['booleans and numbers are plain in mixed text', '{{ true }}-{{ 2.0 }}-{{ 0.5 }}', 'true-2-0.5'],
    ['objects are JSON in mixed text', 'x={{ record.list }}', 'x=[1,{"a":2}]'],
    ['set statements may precede the expression', '{% set x = record.n %}{{ x + 1 }}', 6],
    ['blocks render text', '{% if record.n > 3 %}yes{% endif %}', 'yes'],
    ['null takes a default', "{{ record.none | default('d') }}", 'd'],
    ['missing is none', '{{ record.nope is none }}', true],
    ['a name set in an if is not an outside name', '{% if record.n == 1 %}{% set y = 2 %}{% endif %}{{ y }}', ''],
  ])('%s', (_, source, expected) => {
    expect(native(source, scope)).toEqual(expected)
  })

  it('passes data through without copying it', () => {
    expect(native('{{ record }}', scope)).toBe(scope.record)
  })

  it('refuses unknown names when it is compiled', () => {
    const roots = ['record', 'stream_slice']
    expect(failureOf(() => compileTemplate('{{ recrd.id }}', { dialect: 'native', roots }))).toContain(
      'ERR_TEMPLATE_SYNTAX: unknown name \'recrd\' in the template "{{ recrd.id }}"; did you mean record? known:',
    )
    expect(() => compileTemplate('{{ stream_partition.id or now_utc() }}', { dialect: 'native', roots })).not.toThrow()
  })

  it('refuses unknown names when it is evaluated where the names are not declared', () => {
    expect(failureOf(() => native('{{ recrd.id }}', scope))).toContain("ERR_TEMPLATE: unknown name 'recrd'; did you mean record?")
  })

  it('takes a declared name that is absent for missing', () => {
    expect(compileTemplate('{{ record.id }}', { dialect: 'native', roots: ['record'] }).evaluate({})).toBeNull()
  })

  it.each([
    ["{{ 'a' + 1 }}"],
    ['{{ record.nope + 1 }}'],
    ['{{ record.n() }}'],
    ['{{ record.nope.split() }}'],
    ["{{ 1 < 'a' }}"],
    ['{{ 1 / 0 }}'],
  ])('fails on %s', (source) => {
    expect(failureOf(() => native(source, scope))).toMatch(/^ERR_TEMPLATE: .* in the template/)
  })

  it('never reads values as templates', () => {
    expect(native('{{ record.text }}', { record: { text: '{{ config.secret }}' }, config: { secret: 'x' } })).toBe('{{ config.secret }}')
  })
})

describe('the Airbyte dialect', () => {
  const scope = { config: { s: '5', list: ['a', 1, null], none: null, f: 2.5 }, parameters: {} }

  it.each([
    ['text that is a literal becomes its value', "{{ config['s'] }}", 5],
    ['static text too', '[1, 2]', [1, 2]],
    ['a list survives', '{{ config.list }}', ['a', 1, null]],
    ['None is null', '{{ config.none }}', null],
    ['None is written in mixed text', 'a{{ config.none }}', 'aNone'],
    ['a missing key is empty', '{{ config.nope }}', ''],
    ['a TypeError yields the source', "{{ 'a' + 1 }}", "{{ 'a' + 1 }}"],
    ['self exists', 'a{{ self.name }}b', 'ab'],
  ])('%s', (_, source, expected) => {
    expect(airbyte(source, scope)).toEqual(expected)
  })

  it('keeps floats apart from ints', () => {
    expect(String(JSON.stringify(airbyte('{{ 10 / 5 }}')))).toBe('2')
    expect(airbyte("{{ (10 / 5) | string ~ '' }}")).toBe('2.0')
  })

  it('copies containers, so that the scope cannot be changed through the result', () => {
    const result = airbyte('{{ config.list }}', scope)
    expect(result).not.toBe(scope.config.list)
  })

  it('keeps text whose literal has an unwanted type', () => {
    const template = compileTemplate('{{ config.s }}', { dialect: 'airbyte' })
    expect(template.evaluate(scope, { validTypes: ['str', 'list'] })).toBe('5')
    expect(template.evaluate(scope, { validTypes: ['int'] })).toBe(5)
  })

  it('fails on undefined values, unknown names and stream_state', () => {
    expect(failureOf(() => airbyte('{{ config.nope.deep }}', scope))).toContain("ERR_TEMPLATE: 'config.nope' is undefined")
    expect(failureOf(() => airbyte('{{ nope }}', scope))).toContain("unknown name 'nope'")
    expect(failureOf(() => airbyte('{{ stream_state.x }}', { ...scope, stream_state: {} }))).toContain('no longer supported')
  })

  it('reads the slice by its aliases and by its attributes', () => {
    const stream_slice = { id: 1, [attributes]: { extra_fields: { name: 'x' }, partition: { id: 1 }, cursor_slice: {} } }
    const source = '{{ stream_partition.id }}{{ stream_interval.extra_fields.name }}{{ stream_slice.partition }}'
    expect(compileTemplate(source, { dialect: 'airbyte' }).evaluate({ stream_slice })).toBe("1x{'id': 1}")
  })
})

describe('compileCondition', () => {
  it('takes booleans as they are', () => {
    expect(compileCondition(true, { dialect: 'native' }).evaluate({})).toBe(true)
  })

  it.each([
    ['{{ x }}', null, false],
    ['{{ x }}', '0', true],
    ['{{ x }}', [], false],
    ['{{ x.nope }}', {}, false],
    ['{% if x %}true{% else %}false{% endif %}', 0, false],
    ['{% if x %}yes{% endif %}', 0, false],
    ['{% if x %}yes{% endif %}', 1, true],
    ['false', 0, false],
  ])('is Python truth in our dialect: %s of %j', (source, x, expected) => {
    expect(condition('native', source, { x })).toBe(expected)
  })

  it.each([
    ['{{ x }}', null, true],
    ['{{ x }}', '0', false],
    ['{{ x }}', 'no', true],
    ['{{ x }}', [], false],
    ['{{ x.nope }}', {}, false],
    ['{{ x.nope.deep }}', {}, false],
    ['{{ x }}', 0.0001, true],
  ])('follows the reference in the other: %s of %j', (source, x, expected) => {
    expect(condition('airbyte', source, { x })).toBe(expected)
  })
})
