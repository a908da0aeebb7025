import { describe, expect, it } from 'vitest'
import { RecordSelector, type RecordStages } from '../../../../framework/components/read/extractor.ts'
import { Transformation } from '../../../../framework/components/read/transformation.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

const context = testContext()
const add = buildComponent(Transformation, { type: 'AddFields', fields: [{ path: ['double'], value: '{{ record.id * 2 }}' }] }, context)
const stages: RecordStages = { transformations: [], schema: async () => ({ properties: { id: { type: 'string' } } }) }

function selector(node: object = {}): RecordSelector {
  return buildComponent(RecordSelector, { type: 'RecordSelector', extractor: { field_path: ['data'] }, ...node }, context)
}

const bodies = [{ data: [{ id: 1 }, { id: 2 }] }, { data: { id: 3 } }, { other: 1 }]

describe('RecordSelector', () => {
  it('takes the records of all bodies, in order', async () => {
    expect(await selector().select(bodies, {}, stages)).toEqual({ rows: [{ id: 1 }, { id: 2 }, { id: 3 }], extracted: 3 })
  })

  it('counts what there was before the filter', async () => {
    const filtering = selector({ record_filter: { condition: '{{ record.id > stream_slice.min }}' } })
    expect(await filtering.select(bodies, { stream_slice: { min: 1 } }, stages)).toEqual({ rows: [{ id: 2 }, { id: 3 }], extracted: 3 })
  })

  it.each([
    ['before transformations', {}, []],
    ['after transformations on request', { transform_before_filtering: true }, [{ id: 3, double: 6 }]],
  ])('filters %s', async (_, node, rows) => {
    const filtering = selector({ record_filter: { condition: '{{ record.double is defined and record.double > 4 }}' }, ...node })
    expect((await filtering.select(bodies, {}, { ...stages, transformations: [add] })).rows).toEqual(rows)
  })

  it('asks the cursor after the transformations', async () => {
    const keep = (row: Record<string, unknown>) => row['double'] === 4
    expect((await selector().select(bodies, {}, { ...stages, transformations: [add], keep })).rows).toEqual([{ id: 2, double: 4 }])
  })

  it('leaves the bodies as they are', async () => {
    const body = { data: [{ id: 1 }] }
    await selector().select([body], {}, { ...stages, transformations: [add] })
    expect(body).toEqual({ data: [{ id: 1 }] })
  })

  it('casts to the schema on request', async () => {
    expect((await selector({ schema_normalization: 'Default' }).select(bodies, {}, stages)).rows).toEqual([
      { id: '1' },
      { id: '2' },
      { id: '3' },
    ])
  })

  it.each([[[1]], [['text']], [[null]], [[[{ id: 1 }]]]])('refuses the records %o', (data) => {
    expect(() => selector().select([{ data }], {}, stages)).toThrow(expect.objectContaining({ code: 'ERR_RECORD_SHAPE' }))
  })

  it('verifies that required data is there', () => {
    const strict = selector({ extractor: { field_path: ['data'], required: true } })
    expect(() => strict.verify([{ data: [] }])).not.toThrow()
    for (const body of [{}, { data: null }, { data: 'soon' }, 'text']) {
      expect(() => strict.verify([body])).toThrow(expect.objectContaining({ code: 'ERR_DATA_MISSING', failureType: 'transient_error' }))
    }
  })

  it('normalises by a schema that refers to itself', async () => {
    const node = { type: 'object', properties: { v: { type: 'integer' }, next: { $ref: '#/definitions/node' } } }
    const schema = async () => ({ definitions: { node }, ...node })
    const deep = { data: [{ v: '1', next: { v: '2', next: { v: 'x' } } }] }
    const { rows } = await selector({ schema_normalization: 'Default' }).select([deep], {}, { ...stages, schema })
    expect(rows).toEqual([{ v: 1, next: { v: 2, next: { v: 'x' } } }])
  })
})
