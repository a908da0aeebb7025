import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SchemaLoader } from '../../../../framework/components/schema-loaders/schema-loader.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

const retriever = {
  type: 'SimpleRetriever',
  requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'table' },
  record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['tables'] } },
}
const identifier = { schema_pointer: ['fields'], key_pointer: ['name'], type_pointer: ['kind', 'type'] }
const field = (name: unknown, type: unknown, more: Node = {}) => ({ name, kind: { type }, ...more })

async function load(fields: unknown, { types_mapping, ...more }: Node = {}): Promise<unknown> {
  nock('https://api.example.com')
    .get('/table')
    .reply(200, { tables: fields === undefined ? [] : [{ fields }, { fields: 1 }] })
  const schema_type_identifier = { ...identifier, ...(types_mapping ? { types_mapping } : {}) }
  const node = { type: 'DynamicSchemaLoader', retriever, schema_type_identifier, ...more }
  const schema = await buildComponent(SchemaLoader, node, testContext({ dialect: 'airbyte' })).load()
  return schema['properties']
}

describe('DynamicSchemaLoader', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('reads names and types from the first record', async () => {
    const fields = [field('a', 'integer'), field('b', 'timestamp_with_timezone'), { name: 'c' }, field('d', ['string', 'number'])]
    expect(await load(fields)).toEqual({
      a: { type: ['null', 'integer'] },
      b: { type: ['null', 'string'], format: 'date-time' },
      c: { type: ['null', 'string'] },
      d: { oneOf: [{ type: ['null', 'string'] }, { type: ['null', 'number'] }] },
    })
  })

  it('calls types what its map says, the first that fits', async () => {
    const list = { type: 'ComplexFieldType', field_type: 'array', items: { field_type: 'array', items: 'integer' } }
    const types_mapping = [
      { current_type: 'link', target_type: list, condition: '{{ raw_schema.many }}' },
      { current_type: 'link', target_type: 'object' },
      { current_type: ['x', 'y'], target_type: ['date', 'string'] },
    ]
    expect(
      await load([field('a', 'link', { many: true }), field('b', 'link', { many: false }), field('c', ['x', 'y'])], { types_mapping }),
    ).toEqual({
      a: { type: ['null', 'array'], items: { type: ['null', 'array'], items: { type: ['null', 'integer'] } } },
      b: { type: ['null', 'object'] },
      c: { oneOf: [{ type: ['null', 'string'], format: 'date' }, { type: ['null', 'string'] }] },
    })
  })

  it('filters and transforms the properties', async () => {
    const more = {
      schema_filter: { condition: "{{ 'secret' not in record }}" },
      schema_transformations: [
        { type: 'KeysToLower' },
        { type: 'AddFields', fields: [{ path: ['own'], value: "{{ {'type': 'string'} }}" }] },
      ],
    }
    expect(await load([field('ID', 'integer'), field('secret', 'string')], more)).toEqual({
      id: { type: ['null', 'integer'] },
      own: { type: 'string' },
    })
  })

  it('knows no properties when there is no record', async () => {
    expect(await load(undefined)).toEqual({})
  })

  it.each([
    ['a type without a name here', [field('a', 'strng')], "unknown type 'strng'; did you mean string?"],
    ['three types', [field('a', ['string', 'number', 'date'])], 'a type is a name or two names'],
    ['a field without a name', [field(5, 'string')], "expected the name of a field at 'name'"],
    ['fields that are no list', { a: 1 }, "expected the list of fields at 'fields'"],
  ])('refuses %s', async (_, fields, message) => {
    await expect(load(fields)).rejects.toThrow(message)
  })

  it('refuses items of what is not an array', () => {
    const types_mapping = [{ current_type: 'x', target_type: { field_type: 'string', items: 'string' } }]
    const node = { type: 'DynamicSchemaLoader', retriever, schema_type_identifier: { ...identifier, types_mapping } }
    expect(() => buildComponent(SchemaLoader, node, testContext())).toThrow("'items' belongs to a field_type of array")
  })
})
