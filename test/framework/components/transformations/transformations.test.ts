import { describe, expect, it } from 'vitest'
import { Transformation } from '../../../../framework/components/read/transformation.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { testContext } from '../../build.ts'

function transform(node: object, row: Row, scope = {}): Row {
  return buildComponent(Transformation, node, testContext({ config: { shop: 's1' } })).transform(row, scope)
}

const addField = (field: object) => ({ type: 'AddFields', fields: [{ path: ['x'], ...field }] })

describe('AddFields', () => {
  it.each<[string, object, unknown]>([
    ['static text as written', { value: '007' }, '007'],
    ['a number as it is', { value: 7 }, 7],
    ['a value of the record as it is', { value: '{{ record.tags }}' }, ['a']],
    ['digits as text', { value: '{{ record.digits }}' }, '12'],
    ['nothing as null', { value: '{{ record.none }}' }, null],
    ['text around a value', { value: '{{ record.id }}-{{ config.shop }}' }, '1-s1'],
    ['a long integer as text', { value: '{{ 9007199254740993 }}' }, '9007199254740993'],
    ['an integer', { value: '{{ record.digits }}', value_type: 'integer' }, 12],
    ['a number as text', { value: '{{ record.id }}', value_type: 'string' }, '1'],
    ['null of any type', { value: '{{ record.none }}', value_type: 'integer' }, null],
  ])('sets %s', (_, field, value) => {
    expect(transform(addField(field), { id: 1, digits: '12', tags: ['a'] })['x']).toEqual(value)
  })

  it('does not let two fields share one object', () => {
    const row = transform(addField({ value: '{{ record.meta }}' }), { meta: { a: 1 } })
    expect(row['x']).toEqual(row['meta'])
    expect(row['x']).not.toBe(row['meta'])
  })

  it('lets later fields see earlier ones', () => {
    const fields = [
      { path: ['a'], value: '{{ 1 }}' },
      { path: ['b', 'c'], value: '{{ record.a + 1 }}' },
    ]
    expect(transform({ type: 'AddFields', fields }, {})).toEqual({ a: 1, b: { c: 2 } })
  })

  it('asks its condition for each field', () => {
    const node = { ...addField({ value: '{{ record.id }}' }), condition: '{{ value > 1 and path[0] == "x" }}' }
    expect(transform(node, { id: 1 })).toEqual({ id: 1 })
    expect(transform(node, { id: 2 })).toEqual({ id: 2, x: 2 })
  })

  it.each([
    [{ value: 'text', value_type: 'integer' }, 'ERR_VALUE_TYPE'],
    [{ path: ['id', 'x'], value: 1 }, 'ERR_FIELD_PATH'],
  ])('refuses %o', (field, code) => {
    expect(() => transform(addField(field), { id: 1 })).toThrow(expect.objectContaining({ code }))
  })

  it('needs a path', () => {
    expect(() => transform(addField({ path: [], value: 1 }), {})).toThrow("needs a 'path'")
  })
})

describe('transformations', () => {
  it.each<[object, Row, Row]>([
    [{ type: 'RemoveFields', field_pointers: [['a', 'b'], ['c']] }, { a: { b: 1, d: 2 }, c: 3 }, { a: { d: 2 } }],
    [
      { type: 'RemoveFields', field_pointers: [['**']], condition: '{{ property is none }}' },
      { a: null, b: { c: null, d: 1 } },
      { b: { d: 1 } },
    ],
    [{ type: 'KeysToLower' }, { AbC: { DeF: 1 } }, { abc: { DeF: 1 } }],
    [{ type: 'KeysToSnakeCase' }, { pageID: 1, Größe: { innerKey: 2 }, _id: 3 }, { page_id: 1, grosse: { inner_key: 2 }, _id: 3 }],
    [{ type: 'KeysReplace', old: '{{ config.shop }}', new: '$&' }, { s1_a: { s1: 1 } }, { '$&_a': { '$&': 1 } }],
    [{ type: 'FlattenFields' }, { a: { b: 1 }, c: [2, 3] }, { 'a.b': 1, 'c.0': 2, 'c.1': 3 }],
    [{ type: 'FlattenFields', flatten_lists: false }, { a: { b: [1] } }, { b: [1] }],
    [{ type: 'DpathFlattenFields', field_path: ['a'], delete_origin_value: true }, { a: { b: 1 } }, { b: 1 }],
    [{ type: 'DpathFlattenFields', field_path: ['a'], key_transformation: { prefix: 'p_' } }, { a: { b: 1 } }, { a: { b: 1 }, p_b: 1 }],
    [
      { type: 'DpathFlattenFields', field_path: ['a'] },
      { a: { b: 1 }, b: 2 },
      { a: { b: 1 }, b: 2 },
    ],
  ])('%o', (node, row, result) => {
    expect(transform(node, row)).toEqual(result)
  })

  it.each(['KeysToLower', 'KeysToSnakeCase', 'FlattenFields'])('%s keeps keys that look like prototypes', (type) => {
    const row = transform({ type }, JSON.parse('{"__proto__":1,"constructor":2}'))
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
    expect(Object.values(row).sort()).toEqual([1, 2])
  })
})
