import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactJson, type Row } from '../../framework/index.ts'
import { Inference, inferSchema } from '../../schemas/infer.ts'
import { isSame, mergeSchemas, recordShapeOf, schemaOf } from '../../schemas/schema-shape.ts'
import { foldCounts, mergeRecords, shapeOfRecord } from '../../schemas/shape.ts'
import { anyRecord } from './records.ts'

const records = fc.array(anyRecord, { minLength: 1, maxLength: 6 })

function validator() {
  const ajv = new Ajv({ strict: false, ownProperties: true })
  const addFormats =
    (ajvFormats as unknown as { default?: (target: Ajv) => void }).default ?? (ajvFormats as unknown as (target: Ajv) => void)
  addFormats(ajv)
  return ajv
}

describe('inferSchema', () => {
  it.each([
    ['integers', ['9007199254740993'], { type: 'integer' }],
    ['integers beside short ones', ['1', '9007199254740993', 'null'], { type: ['null', 'integer'] }],
    ['integers of 64 bits', ['9223372036854775807', '-9223372036854775808'], { type: 'integer' }],
    ['big integers', ['9223372036854775808'], { type: 'integer', airbyte_type: 'big_integer' }],
    ['big integers after short ones', ['1', '-9223372036854775809'], { type: 'integer', airbyte_type: 'big_integer' }],
    ['numbers beside decimals', ['1.5', '9223372036854775808'], { type: 'number' }],
    ['integers in lists', ['[1, 9007199254740993]'], { type: 'array', items: { type: 'integer' } }],
    ['texts beside texts', ['"a"', '9007199254740993'], { type: 'string' }],
    ['texts where the body has texts', ['"9007199254740993"'], { type: 'string' }],
  ])('learns %s from the numbers of a body that JavaScript would round', (_what, values, expected) => {
    const rows = values.map((value) => parseExactJson(`{"value":${value}}`) as Row)
    const schema = inferSchema(rows)
    expect(schema['properties']).toEqual({ value: expected })
    const known = new Inference({ base: recordShapeOf(schema, { declared: false }), observed: true })
    expect(rows.map((row) => known.knows(row))).toEqual(rows.map(() => true))
    expect(schemaOf(known.learned(), schema)).toEqual(schema)
  })

  const property = (...values: readonly unknown[]) => {
    const { properties } = inferSchema(values.map((value) => (value === undefined ? {} : { value }))) as { properties: { value?: unknown } }
    return properties.value
  }

  it.each([
    ['whole numbers', [1, 2], { type: 'integer' }],
    ['numbers, once one is not whole', [1, 2.5], { type: 'number' }],
    ['null beside a type', [null, 'x'], { type: ['null', 'string'] }],
    ['ids in digits as texts', ['18000000000000000123'], { type: 'string' }],
    ['both types of a field that changed', [1, 'x'], { type: ['integer', 'string'] }],
    ['times', ['2026-01-02T03:04:05+0000', '2026-01-02T03:04:05Z'], { type: 'string', format: 'date-time' }],
    ['days', ['2026-01-02'], { type: 'string', format: 'date' }],
    ['addresses', ['https://example.com/a'], { type: 'string', format: 'uri' }],
    ['no format once a text has none', ['2026-01-02', 'soon'], { type: 'string' }],
    ['no enum of what happened to come', ['a', 'b', 'a'], { type: 'string' }],
    ['hours as a map', [{ 0: 1, 1: 2 }, { 23: 4 }], { type: 'object', additionalProperties: { type: 'integer' } }],
    ['countries as a map', [{ DE: 1, US: 2.5 }], { type: 'object', additionalProperties: { type: 'number' } }],
    ['cities as a map', [{ 'Berlin, Germany': 1 }], { type: 'object', additionalProperties: { type: 'integer' } }],
    ['ages as a map', [{ 'F.18-24': 1, 'U.65+': 2 }], { type: 'object', additionalProperties: { type: 'integer' } }],
    [
      'objects as records',
      [{ lat: 1.5, lon: 2.5 }],
      { type: 'object', properties: { lat: { type: 'number' }, lon: { type: 'number' } }, required: ['lat', 'lon'] },
    ],
    ['lists without elements', [[]], { type: 'array', maxItems: 0 }],
    ['elements of lists', [[], [1], ['x']], { type: 'array', items: { type: ['integer', 'string'] } }],
    [
      'what all elements have',
      [[{ a: 1, b: 2 }, { a: 3 }]],
      { type: 'array', items: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } }, required: ['a'] } },
    ],
  ])('learns %s', (_what, values, expected) => {
    expect(property(...values)).toEqual(expected)
  })

  it('takes counts by action type for a map: none of them is always there', () => {
    const actions = [{ like: 3 }, { like: 1, love: 2 }, { wow: 1, haha: 4 }, { sorry: 1, anger: 2 }]
    expect(property(...actions)).toEqual({ type: 'object', additionalProperties: { type: 'integer' } })
  })

  it('requires what every record has', () => {
    expect(inferSchema([{ a: 1, b: 1 }, { a: 2 }])).toMatchObject({ required: ['a'] })
    expect(inferSchema([{ b: 1 }, { a: 2 }])).not.toHaveProperty('required')
  })

  it('validates every record that it was made of', () => {
    fc.assert(
      fc.property(records, (rows) => {
        const validate = validator().compile(inferSchema(rows))
        for (const row of rows) expect([validate(row), validate.errors]).toEqual([true, null])
      }),
      { numRuns: 300 },
    )
  })

  it('comes to what merging the shapes of single records comes to', () => {
    fc.assert(
      fc.property(records, (rows) => {
        const merged = rows.map((row) => shapeOfRecord(row)).reduce(mergeRecords)
        expect(inferSchema(rows)).toEqual(schemaOf(foldCounts(merged)))
      }),
    )
  })

  it('does not depend on the order of the records, nor on how they are parted', () => {
    fc.assert(
      fc.property(records, records, (some, others) => {
        const whole = inferSchema([...some, ...others])
        expect(inferSchema([...others, ...some])).toEqual(whole)
        const parts = [some, others].map((rows) => rows.map((row) => shapeOfRecord(row)).reduce(mergeRecords))
        expect(schemaOf(foldCounts(parts.reduce(mergeRecords)))).toEqual(whole)
      }),
    )
  })
})

describe('Inference', () => {
  it('knows a record that it has learned', () => {
    fc.assert(
      fc.property(records, (rows) => {
        const inference = new Inference()
        for (const row of rows) if (!inference.knows(row)) inference.learn(row)
        for (const row of rows) expect(inference.knows(row)).toBe(true)
      }),
    )
  })

  it('tells which fields came no more, nested ones too', () => {
    const base = recordShapeOf(inferSchema([{ a: 1, b: { c: 1, d: 2 }, e: [{ f: 1 }] }]), { declared: false })
    const inference = new Inference({ base, observed: true })
    for (const row of [{ b: { c: 1 }, e: [{}] }, { b: { c: 2 } }]) expect(inference.knows(row)).toBe(true)
    expect(inference.gone()).toEqual([['a'], ['b', 'd'], ['e', '[]', 'f']])
    expect(schemaOf(inference.learned())).toMatchObject({ required: ['b'], properties: { b: { required: ['c'] } } })
  })

  it('does not require a field that came later than the first records', () => {
    const base = recordShapeOf(inferSchema([{ a: 1 }]), { declared: false })
    const inference = new Inference({ base, observed: true })
    const row = { a: 1, late: { x: 1 } }
    expect(inference.knows(row)).toBe(false)
    inference.learn(row)
    expect(schemaOf(inference.learned())).toMatchObject({ required: ['a'], properties: { late: { required: ['x'] } } })
    expect(inference.countOf(['late', 'x'])).toBe(1)
  })
})

describe('mergeSchemas', () => {
  const declared = {
    $schema: 'https://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: true,
    properties: {
      id: { type: 'string', description: 'The id.' },
      kind: { type: 'string', enum: ['a', 'b'] },
      at: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
      mail: { type: 'string', format: 'email' },
      any: {},
    },
    required: ['id'],
  }

  it('leaves a declaration alone that the records keep to', () => {
    const observed = inferSchema([{ id: '1', at: '2026-01-02T03:04:05Z', mail: 'x', any: [1] }])
    expect(mergeSchemas(declared, { ...observed, required: ['id'] })).toEqual(declared)
  })

  it('keeps the words of the declaration and adds what was seen', () => {
    const merged = mergeSchemas(declared, inferSchema([{ id: 7, at: 'soon', likes: 3 }]))
    expect(merged['properties']).toEqual({
      ...declared.properties,
      id: { type: ['integer', 'string'], description: 'The id.' },
      at: { type: ['null', 'string'], airbyte_type: 'timestamp_with_timezone' },
      likes: { type: 'integer' },
    })
    expect(merged['required']).toEqual(['id'])
  })

  it('accepts what either accepts', () => {
    fc.assert(
      fc.property(records, records, (some, others) => {
        const [a, b] = [inferSchema(some), inferSchema(others)]
        const shape = recordShapeOf(mergeSchemas(a, b), { declared: false })
        const expected = mergeRecords(recordShapeOf(a, { declared: false }), recordShapeOf(b, { declared: false }))
        expect(
          isSame(
            { ...shape, object: shape.object && { ...shape.object, required: new Set() } },
            { ...expected, object: expected.object && { ...expected.object, required: new Set() } },
          ),
        ).toBe(true)
      }),
    )
  })
})
