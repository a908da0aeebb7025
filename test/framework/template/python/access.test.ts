import { describe, expect, it } from 'vitest'
import { airbyte, failureOf, native } from '../evaluate.ts'

describe('access', () => {
  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', '__class__', '__defineGetter__'])(
    'finds no inherited property %s',
    (name) => {
      for (const value of [{}, [], 'text', 1, true, null]) {
        expect(native(`{{ x.${name} is defined }}{{ x['${name}'] is defined }}`, { x: value })).toBe('falsefalse')
      }
    },
  )

  it('reads such names as keys of the data', () => {
    const record = JSON.parse('{"constructor": 1, "__proto__": 2, "toString": 3}')
    expect(airbyte('{{ record.constructor }},{{ record.__proto__ }},{{ record["toString"] }}', { record })).toEqual([1, 2, 3])
    expect(Object.keys(native("{{ {'__proto__': 1} }}") as object)).toEqual(['__proto__'])
  })

  it('cannot call functions of the data, nor reach into those of the language', () => {
    const scope = { f: () => 'called', record: { f: () => 'called' } }
    expect(failureOf(() => native('{{ f() }}', scope))).toContain('not callable')
    expect(failureOf(() => native('{{ record.f() }}', scope))).toContain('not callable')
    expect(native("{{ now_utc['call'] }}{{ now_utc.call }}{{ now_utc()['wall'] }}", scope)).toBe('')
  })

  it('prefers attributes in dotted form and keys in brackets, as Python does', () => {
    const record = { items: 'key', get: 'g' }
    expect(airbyte("{{ record['items'] }}", { record })).toBe('key')
    expect(airbyte("{{ record.get('items') }}", { record })).toBe('key')
    expect(airbyte('{{ record.items() | list }}', { record })).toEqual([
      ['items', 'key'],
      ['get', 'g'],
    ])
  })

  it('hides two leading underscores and shows one', () => {
    expect(airbyte('a{{ record.__class__ }}{{ record._partition }}', { record: { __class__: 'c', _partition: 'p' } })).toBe('ap')
  })
})
