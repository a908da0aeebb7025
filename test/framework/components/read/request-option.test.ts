import { describe, expect, it } from 'vitest'
import { RequestOption } from '../../../../framework/components/read/request-option.ts'
import { combineParts } from '../../../../framework/components/read/request-parts.ts'
import type { RequestParts } from '../../../../framework/components/read/requester.ts'
import { ConfigError } from '../../../../framework/errors.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

function inject(node: object, value: unknown, dialect: 'native' | 'airbyte' = 'native'): RequestParts {
  return buildComponent(RequestOption, { type: 'RequestOption', ...node }, testContext({ dialect, config: { name: 'q' } })).inject(
    value,
    {},
  )
}

describe('RequestOption', () => {
  it.each([
    [{ inject_into: 'request_parameter', field_name: 'limit' }, 5, { params: { limit: '5' } }],
    [{ inject_into: 'request_parameter', field_name: '{{ config.name }}' }, ['a', 1], { params: { q: ['a', '1'] } }],
    [{ inject_into: 'request_parameter', field_name: 'flag' }, true, { params: { flag: 'true' } }],
    [{ inject_into: 'request_parameter', field_name: 'gone' }, null, { params: {} }],
    [{ inject_into: 'header', field_name: 'X-Page' }, 5, { headers: { 'X-Page': '5' } }],
    [{ inject_into: 'body_data', field_name: 'page' }, 5, { body_data: { page: 5 } }],
    [{ inject_into: 'body_json', field_path: ['a', 'b'] }, 5, { body_json: { a: { b: 5 } } }],
  ])('%o', (node, value, parts) => {
    expect(inject(node, value)).toEqual(parts)
  })

  it('writes values as Python does in the foreign dialect', () => {
    expect(inject({ inject_into: 'request_parameter', field_name: 'flag' }, true, 'airbyte')).toEqual({ params: { flag: 'True' } })
  })

  it.each([
    [{ inject_into: 'header' }, "either 'field_name' or 'field_path'"],
    [{ inject_into: 'body_json', field_name: 'a', field_path: ['a'] }, "either 'field_name' or 'field_path'"],
    [{ inject_into: 'header', field_path: ['a'] }, 'body_json only'],
    [{ inject_into: 'cookie', field_name: 'a' }, 'unknown value'],
  ])('refuses %o', (node, message) => {
    expect(() => inject(node, 1)).toThrow(message)
  })
})

describe('combineParts', () => {
  it('keeps the order of what it is given', () => {
    const parts = combineParts([{ params: { b: '1' } }, { params: { a: '2' }, headers: { h: '1' } }])
    expect(Object.keys(parts.params ?? {})).toEqual(['b', 'a'])
    expect(parts.headers).toEqual({ h: '1' })
  })

  it.each<[string, RequestParts, RequestParts]>([
    ['params.a', { params: { a: '1' } }, { params: { a: '1' } }],
    ['headers.a', { headers: { a: '1' } }, { headers: { a: '2' } }],
    ['body_data.a', { body_data: { a: 1 } }, { body_data: { a: 1 } }],
    ['body_data as text', { body_data: 'a=1' }, { body_data: { b: 1 } }],
    ['body_json.a.b', { body_json: { a: { b: 1 } } }, { body_json: { a: { b: 2 } } }],
  ])('refuses two values for %s', (what, first, second) => {
    expect(() => combineParts([first, second])).toThrow(ConfigError)
    expect(() => combineParts([first, second])).toThrow(what)
  })

  it('merges JSON bodies deeply', () => {
    const merged = combineParts([{ body_json: { q: { a: 1 }, same: 1 } }, { body_json: { q: { b: 2 }, same: 1 } }])
    expect(merged).toEqual({ body_json: { q: { a: 1, b: 2 }, same: 1 } })
  })

  it('keeps a key that looks like a prototype', () => {
    const merged = combineParts([{ params: { ['__proto__']: 'x' } }, { params: { a: '1' } }])
    expect(Object.entries(merged.params ?? {})).toEqual([
      ['__proto__', 'x'],
      ['a', '1'],
    ])
  })
})
