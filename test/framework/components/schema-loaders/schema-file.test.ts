import { describe, expect, it } from 'vitest'
import { Stream } from '../../../../framework/components/read/stream.ts'
import { SchemaLoader } from '../../../../framework/components/schema-loaders/schema-loader.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

function filesOf(content: Readonly<Record<string, unknown>>) {
  const text = (path: string) => (typeof content[path] === 'string' ? content[path] : JSON.stringify(content[path]))
  return { read: (path: string) => (path in content ? text(path) : undefined) }
}

const load = (node: Node, content: Readonly<Record<string, unknown>>, parameters: Node = {}) =>
  buildComponent(SchemaLoader, node, testContext({ dialect: 'airbyte', files: filesOf(content), parameters })).load()

const orders = { type: 'object', properties: { id: { type: 'string' } } }

describe('JsonFileSchemaLoader', () => {
  const node = { type: 'JsonFileSchemaLoader', file_path: "./source_shop/schemas/{{ parameters['name'] }}.json" }

  it('reads the file that its template names', () => {
    expect(load(node, { 'source_shop/schemas/orders.json': orders }, { name: 'orders' })).toEqual(orders)
  })

  it("takes the path's first folder for the manifest's own when there is none of that name", () => {
    expect(load(node, { 'schemas/orders.json': orders }, { name: 'orders' })).toEqual(orders)
  })

  it('reads the file named after the stream when it names none', () => {
    expect(load({ type: 'JsonFileSchemaLoader' }, { 'schemas/orders.json': orders }, { name: 'orders' })).toEqual(orders)
  })

  it('writes out references to shared files and to definitions', () => {
    const files = {
      'schemas/orders.json': {
        properties: { buyer: { $ref: 'person.json' }, total: { $ref: '#/definitions/money' }, sum: { $ref: 'money.json#/sum' } },
        definitions: { money: { type: 'number' } },
      },
      'schemas/shared/person.json': {
        type: 'object',
        properties: { home: { $ref: '#/definitions/address' }, owes: { $ref: 'money.json#/sum' } },
        definitions: { address: { type: 'string' } },
      },
      'schemas/shared/money.json': { sum: { type: 'integer' } },
    }
    expect(load(node, files, { name: 'orders' })).toEqual({
      properties: {
        buyer: { type: 'object', properties: { home: { type: 'string' }, owes: { type: 'integer' } } },
        total: { type: 'number' },
        sum: { type: 'integer' },
      },
      definitions: { money: { type: 'number' } },
    })
  })

  it.each([
    ['a missing file', {}, /no schema file/],
    ['a file that is not JSON', { 'schemas/orders.json': '{' }, /is not valid JSON/],
    ['a file that is a list', { 'schemas/orders.json': [] }, /must hold a JSON object/],
    ['a shared file that is missing', { 'schemas/orders.json': { $ref: 'x.json' } }, /shared\/x\.json, which does not exist/],
    ['a definition that is missing', { 'schemas/orders.json': { $ref: '#/definitions/x' } }, /'definitions' does not exist/],
    ['a circle', { 'schemas/orders.json': { $ref: '#/a', a: { $ref: '#/a' } } }, /leads back to itself/],
    [
      'references that grow without bound',
      {
        'schemas/orders.json': {
          ...Object.fromEntries([...'abcdefgh'].map((key, index, keys) => [key, Array(9).fill({ $ref: `#/${keys[index + 1] ?? 'z'}` })])),
          z: {},
        },
      },
      /more than 200000 nodes/,
    ],
  ])('refuses %s', (_, files, message) => {
    expect(() => load(node, files, { name: 'orders' })).toThrow(message)
  })
})

describe('DefaultSchemaLoader', () => {
  it('reads the file named after the stream', () => {
    expect(load({ type: 'DefaultSchemaLoader' }, { 'schemas/orders.json': orders }, { name: 'orders' })).toEqual(orders)
  })

  it('accepts any record without the file', () => {
    expect(load({ type: 'DefaultSchemaLoader' }, {}, { name: 'orders' })).toEqual({})
  })
})

describe('DeclarativeStream without a schema loader', () => {
  const node = {
    type: 'DeclarativeStream',
    name: 'orders',
    retriever: {
      requester: { url_base: 'https://api.example.com' },
      record_selector: { extractor: { field_path: [] } },
    },
  }

  it.each([
    ['airbyte', orders],
    ['native', {}],
  ] as const)('in the %s dialect', async (dialect, expected) => {
    const context = testContext({ dialect, files: filesOf({ 'schemas/orders.json': orders }) })
    expect(await buildComponent(Stream, node, context).schema()).toEqual(expected)
  })

  it('takes the first loader that knows a property', async () => {
    const schema_loader = [
      { type: 'JsonFileSchemaLoader', file_path: 'schemas/orders.json' },
      { type: 'InlineSchemaLoader', schema: { properties: { id: { type: 'number' }, name: { type: 'string' } } } },
    ]
    const context = testContext({ files: filesOf({ 'schemas/orders.json': orders }) })
    expect(await buildComponent(Stream, { ...node, schema_loader }, context).schema()).toEqual({
      type: 'object',
      properties: { id: { type: 'string' }, name: { type: 'string' } },
    })
  })
})
