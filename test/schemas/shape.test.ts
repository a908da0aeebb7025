import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSame, recordShapeOf, schemaOf } from '../../schemas/schema-shape.ts'
import { merge, mergeRecords, NOTHING, type Shape, shapeOfRecord, shapeOfValue } from '../../schemas/shape.ts'
import { anyRecord, anyValue } from './records.ts'

const wide = (start: number, count: number) =>
  shapeOfValue(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${start + index}`, index % 2 ? 'x' : index])))
const shape: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 4, arbitrary: anyValue.map((value) => shapeOfValue(value)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 40, max: 90 })).map(([start, count]) => wide(start, count)),
  },
)

describe('merge', () => {
  it('is commutative', () => {
    fc.assert(fc.property(shape, shape, (a, b) => isSame(merge(a, b), merge(b, a))))
  })

  it('is associative', () => {
    fc.assert(
      fc.property(shape, shape, shape, (a, b, c) => isSame(merge(a, merge(b, c)), merge(merge(a, b), c))),
      { numRuns: 1_000 },
    )
  })

  it('is idempotent, and nothing changes nothing', () => {
    fc.assert(fc.property(shape, (a) => isSame(merge(a, structuredClone(a)), a) && isSame(merge(a, NOTHING), a)))
  })

  it('keeps the laws for whole records, which never become maps', () => {
    const record = anyRecord.map((row) => shapeOfRecord(row))
    fc.assert(
      fc.property(record, record, record, (a, b, c) => {
        expect(isSame(mergeRecords(a, b), mergeRecords(b, a))).toBe(true)
        expect(isSame(mergeRecords(a, mergeRecords(b, c)), mergeRecords(mergeRecords(a, b), c))).toBe(true)
        expect(mergeRecords(a, b).object?.values).toBeUndefined()
      }),
    )
  })

  it('loses nothing on the way through a schema', () => {
    const record = fc
      .array(anyRecord, { minLength: 1, maxLength: 4 })
      .map((rows) => rows.map((row) => shapeOfRecord(row)).reduce(mergeRecords))
    fc.assert(fc.property(record, (a) => isSame(recordShapeOf(schemaOf(a), { declared: false }), a)))
  })

  it('takes objects with very many different keys for maps', () => {
    const merged = merge(wide(0, 60), wide(60, 60))
    expect(merged.object?.fields.size).toBe(0)
    expect(schemaOf(merged)).toEqual({ type: 'object', additionalProperties: { type: ['integer', 'string'] } })
  })
})
