import { describe, expect, it } from 'vitest'
import { compileMapping } from '../../../../framework/template/template.ts'

const scope = { config: { n: 5, key: 'k', ids: ['a'], empty: '' }, parameters: {} }

describe('compileMapping', () => {
  it('evaluates keys and values, in the Airbyte dialect as literals', () => {
    const mapping = compileMapping({ '{{ config.key }}': '{{ config.n }}', five: 5, none: '{{ config.empty }}' }, { dialect: 'airbyte' })
    expect(mapping.evaluate(scope)).toEqual({ k: 5, five: 5, none: null })
  })

  it('keeps literals of unwanted types as text', () => {
    const mapping = compileMapping({ n: '{{ config.n }}', ids: '{{ config.ids }}' }, { dialect: 'airbyte', validTypes: ['str', 'list'] })
    expect(mapping.evaluate(scope)).toEqual({ n: '5', ids: ['a'] })
  })

  it('keeps keys as text, unless other types are wanted', () => {
    expect(compileMapping({ '5': 'a' }, { dialect: 'airbyte' }).evaluate(scope)).toEqual({ '5': 'a' })
  })

  it('goes to any depth and drops what is null when nested', () => {
    const source = { a: [{ b: '{{ config.n }}' }, '{{ config.nope }}'], c: { d: '{{ config.nope }}', e: null }, f: true }
    expect(compileMapping(source, { dialect: 'native', nested: true }).evaluate(scope)).toEqual({ a: [{ b: 5 }, null], c: {}, f: true })
  })

  it('takes a text in place of a mapping', () => {
    expect(compileMapping('{{ config.ids }}', { dialect: 'native', nested: true }).evaluate(scope)).toEqual(['a'])
  })

  it('writes __proto__ as a key', () => {
    const source = JSON.parse('{"__proto__": "{{ config.n }}"}')
    expect(Object.entries(compileMapping(source, { dialect: 'native' }).evaluate(scope) as object)).toEqual([['__proto__', 5]])
  })
})
