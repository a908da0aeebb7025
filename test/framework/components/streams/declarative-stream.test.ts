import { describe, expect, it } from 'vitest'
import { Stream } from '../../../../framework/components/read/stream.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

const retriever = { requester: { url_base: 'https://api.example.com', path: 'rows' } }

function stream(node: object): Stream {
  const record_selector = { extractor: { field_path: [] } }
  return buildComponent(
    Stream,
    { type: 'DeclarativeStream', name: 'rows', retriever: { ...retriever, record_selector }, ...node },
    testContext(),
  )
}

const inline = (properties: object) => ({ type: 'InlineSchemaLoader', schema: { type: 'object', properties } })

describe('DeclarativeStream', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['id', [['id']]],
    [
      ['id', 'date'],
      [['id'], ['date']],
    ],
    [
      [['meta', 'id'], ['date']],
      [['meta', 'id'], ['date']],
    ],
    [[], []],
  ])('reads the primary key %o', (primary_key, paths) => {
    expect(stream({ primary_key }).primaryKey).toEqual(paths)
  })

  it('refuses a primary key of other things', () => {
    expect(() => stream({ primary_key: [1] })).toThrow('a primary key is made of field names, found number 1')
  })

  it('fills in the types that only one component fits', () => {
    expect(stream({}).retriever.partitioned).toBe(false)
  })

  it('gives its schema as it is written', async () => {
    expect(await stream({ schema_loader: inline({ id: { type: 'string' } }) }).schema()).toEqual({
      type: 'object',
      properties: { id: { type: 'string' } },
    })
    expect(await stream({}).schema()).toEqual({})
  })

  it('combines schemas, the first one first', async () => {
    const schema_loader = [inline({ a: { type: 'string' } }), inline({ a: { type: 'number' }, b: { type: 'number' } })]
    expect((await stream({ schema_loader }).schema())['properties']).toEqual({ a: { type: 'string' }, b: { type: 'number' } })
  })
})
