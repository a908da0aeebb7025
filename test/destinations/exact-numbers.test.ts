import { describe, expect, it } from 'vitest'
import { airbyteFormat } from '../../destinations/airbyte-format.ts'
import { exactRows } from '../../destinations/exact-numbers.ts'
import { jsonlFormat } from '../../destinations/jsonl-format.ts'
import { singerFormat } from '../../destinations/singer-format.ts'
import type { JsonSchema, Row } from '../../framework/index.ts'
import { parseExactJson } from '../../framework/index.ts'
import { page, state, streamInfo } from '../conformance/items.ts'

const long = '9007199254740993'
const exact = (schema: JsonSchema, row: Row): Row | undefined => exactRows(page(streamInfo('items', { schema }), [row]))[0]
const objectOf = (properties: Readonly<Record<string, unknown>>): JsonSchema => ({ type: 'object', properties })

describe('exactRows', () => {
  it.each<[string, unknown]>([
    ['an integer', { type: 'integer' }],
    ['a number', { type: 'number' }],
    ['an integer or null', { type: ['null', 'integer'] }],
    ['alternatives', { anyOf: [{ type: 'integer' }, { type: 'null' }] }],
    ['a reference', { $ref: '#/definitions/count' }],
  ])('makes a number of a long whole one in a field declared as %s', (_what, property) => {
    const schema = { ...objectOf({ n: property }), definitions: { count: { type: 'integer' } } }
    expect(exact(schema, { n: long, other: long })).toEqual({ n: BigInt(long), other: long })
    expect(exact(schema, { n: `-${long}` })).toEqual({ n: -BigInt(long) })
  })

  it.each<[string, unknown, unknown]>([
    ['text', { type: 'string' }, long],
    ['text or a number', { type: ['string', 'integer'] }, long],
    ['nothing', {}, long],
    ['an integer, but is short', { type: 'integer' }, '12'],
    ['an integer, but is a safe one', { type: 'integer' }, '1234567890123456'],
    ['an integer, but begins with zero', { type: 'integer' }, '09007199254740993'],
    ['an integer, but is a word', { type: 'integer' }, 'nine quadrillion'],
    ['an integer, and is one', { type: 'integer' }, 5],
  ])('leaves a value alone whose field is declared as %s', (_what, property, value) => {
    const row = { n: value }
    expect(exact(objectOf({ n: property }), row)).toBe(row)
  })

  const body =
    '{"id":9007199254740993,"price":0.1234567890123456789,"inner":{"list":[1,1.00000000000000000001e3]},"text":"9007199254740993"}'

  it.each<[string, JsonSchema]>([
    ['without properties', { type: 'object' }],
    ['that declares them', objectOf({ id: { type: 'integer' }, price: { type: 'number' } })],
  ])('gives back the numbers of a body as they were written, for a schema %s', (_what, schema) => {
    const pageOf = () => page(streamInfo('items', { schema }), [parseExactJson(body) as Row])
    expect(jsonlFormat().page(pageOf())).toBe(`{"_stream":"items",${body.slice(1)}\n`)
    for (const format of [airbyteFormat, singerFormat]) expect(format((text) => text).page(pageOf())).toContain(body)
  })

  it('leaves ids text that a schema declares as text, inside objects and lists as well', () => {
    const ids = '{"id":9007199254740993,"inner":{"ids":[9007199254740995]},"n":9007199254740997}'
    const text = { type: ['null', 'string'] }
    const schema = objectOf({ id: text, inner: objectOf({ ids: { type: 'array', items: text } }) })
    const pageOf = page(streamInfo('items', { schema }), [parseExactJson(ids) as Row])
    expect(airbyteFormat((found) => found).page(pageOf)).toContain(
      '{"id":"9007199254740993","inner":{"ids":["9007199254740995"]},"n":9007199254740997}',
    )
  })

  it('leaves a value alone that a transformation put in the place of a number', () => {
    const row = parseExactJson(body) as Row
    row['price'] = 0.5
    expect(exact({ type: 'object' }, row)?.['price']).toBe(0.5)
  })

  it('finds numbers inside objects, lists and other properties', () => {
    const integer = { type: 'integer' }
    const schema = objectOf({
      map: { type: 'object', properties: { n: integer }, additionalProperties: { type: 'number' } },
      list: { type: 'array', items: { anyOf: [integer, objectOf({ id: integer })] } },
      short: { type: 'array', items: integer },
    })
    const short = [1, 2]
    const row = exact(schema, { map: { n: long, m: long }, list: [1, long, { id: long }], short })
    const n = BigInt(long)
    expect(row).toEqual({ map: { n, m: n }, list: [1, n, { id: n }], short })
    expect(row?.['short']).toBe(short)
  })

  it.each([
    ['Airbyte', airbyteFormat((text) => text)],
    ['Singer', singerFormat((text) => text)],
  ])('lets %s write the long integers of a state as numbers, and texts as texts', (_format, format) => {
    const text = `{"states":[{"partition":{"id":${long}},"cursor":{"n":-18446744073709551616,"text":"${long}","list":[1,${long}]}}]}`
    const item = state('items', parseExactJson(text) as Row)
    expect(item.type === 'message' && format.message(item.message)).toContain(text)
  })

  it('follows a schema that refers to itself', () => {
    const schema = { ...objectOf({ id: { type: 'integer' }, child: { $ref: '#' } }) }
    expect(exact(schema, { id: 1, child: { id: 2, child: { id: long } } })).toEqual({
      id: 1,
      child: { id: 2, child: { id: BigInt(long) } },
    })
  })

  it.each([
    ['Airbyte', airbyteFormat((text) => text)],
    ['Singer', singerFormat((text) => text)],
    ['JSON lines', jsonlFormat()],
  ])('lets %s carry all digits of what a body has as a number', (_format, format) => {
    const body = `{"id":${long},"ids":[${long}],"nested":{"n":18446744073709551616},"plain":7}`
    const integer = { type: 'integer' }
    const schema = objectOf({ id: integer, ids: { type: 'array', items: integer }, nested: objectOf({ n: { type: ['null', 'number'] } }) })
    const text = format.page(page(streamInfo('items', { schema }), [parseExactJson(body) as Row]))
    expect(text).toContain(body.slice(1, -1))
  })
})
