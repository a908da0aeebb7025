import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, changeText, compareSchemas } from '../../schemas/compare.ts'
import { canonicalJson, fingerprintOf } from '../../schemas/fingerprint.ts'
import { inferSchema } from '../../schemas/infer.ts'
import { mergeSchemas } from '../../schemas/schema-shape.ts'
import { anyRecord } from './records.ts'

const schema = fc.array(anyRecord, { minLength: 1, maxLength: 4 }).map((rows) => inferSchema(rows))
const of = (properties: Readonly<Record<string, unknown>>, rest = {}) => ({ type: 'object', properties, ...rest })
const text = { type: 'string' }
const whole = { type: 'integer' }

describe('compareSchemas', () => {
  it.each<[string, object, object, [string, string, string][]]>([
    ['a new field', of({ a: text }), of({ a: text, b: whole }), [['b', 'added', 'additive']]],
    ['a field that is gone', of({ a: text, b: whole }), of({ a: text }), [['b', 'removed', 'breaking']]],
    ['a field that came no more', of({ a: text }), of({ a: { ...text, 'x-absent': true } }), [['a', 'removed', 'breaking']]],
    ['a field that came again', of({ a: { ...text, 'x-absent': true } }), of({ a: text }), [['a', 'added', 'additive']]],
    ['whole numbers that became numbers', of({ a: whole }), of({ a: { type: 'number' } }), [['a', 'type_widened', 'additive']]],
    ['a second type', of({ a: whole }), of({ a: { type: ['integer', 'string'] } }), [['a', 'type_widened', 'breaking']]],
    ['a type less', of({ a: { type: 'number' } }), of({ a: whole }), [['a', 'type_narrowed', 'breaking']]],
    ['another type', of({ a: text }), of({ a: { type: 'boolean' } }), [['a', 'type_changed', 'breaking']]],
    [
      'the first value that is not null',
      of({ a: { type: 'null' } }),
      of({ a: { type: ['null', 'string'] } }),
      [['a', 'type_widened', 'additive']],
    ],
    ['null', of({ a: text }), of({ a: { type: ['null', 'string'] } }), [['a', 'nullability', 'additive']]],
    ['no null any more', of({ a: { type: ['null', 'string'] } }), of({ a: text }), [['a', 'nullability', 'cosmetic']]],
    ['a field that is not always there', of({ a: text }, { required: ['a'] }), of({ a: text }), [['a', 'required', 'additive']]],
    ['a format that is lost', of({ a: { ...text, format: 'date' } }), of({ a: text }), [['a', 'format', 'breaking']]],
    ['another format', of({ a: { ...text, format: 'date' } }), of({ a: { ...text, format: 'date-time' } }), [['a', 'format', 'breaking']]],
    ['a format that is new', of({ a: text }), of({ a: { ...text, format: 'uri' } }), [['a', 'format', 'additive']]],
    ['a new value', of({ a: { ...text, enum: ['x'] } }), of({ a: { ...text, enum: ['x', 'y'] } }), [['a', 'enum', 'additive']]],
    ['a value that is gone', of({ a: { ...text, enum: ['x', 'y'] } }), of({ a: { ...text, enum: ['x'] } }), [['a', 'enum', 'breaking']]],
    [
      'a record that became a map',
      of({ a: of({ x: whole }) }),
      of({ a: { type: 'object', additionalProperties: whole } }),
      [['a', 'map', 'breaking']],
    ],
    ['a nested field', of({ a: of({ x: whole }) }), of({ a: of({ x: whole, y: text }) }), [['a.y', 'added', 'additive']]],
    [
      'a field of elements',
      of({ a: { type: 'array', items: of({}) } }),
      of({ a: { type: 'array', items: of({ y: text }) } }),
      [['a.[].y', 'added', 'additive']],
    ],
    [
      'values of a map',
      of({ a: { type: 'object', additionalProperties: whole } }),
      of({ a: { type: 'object', additionalProperties: text } }),
      [['a.*', 'type_changed', 'breaking']],
    ],
    ['words', of({ a: { ...text, description: 'x' } }), of({ a: { ...text, description: 'y' } }), [['a', 'annotation', 'cosmetic']]],
  ])('names %s', (_what, before, after, expected) => {
    const changes = compareSchemas(before as never, after as never)
    expect(changes.map(({ path, kind, severity }) => [path, kind, severity])).toEqual(expected)
    for (const change of changes) expect(changeText(change)).toContain(change.path)
  })

  it('finds nothing between a schema and itself', () => {
    fc.assert(fc.property(schema, (one) => compareSchemas(one, structuredClone(one)).length === 0))
  })

  it('finds no narrowing when a schema is widened', () => {
    const isNarrowing = ({ kind }: Change) => kind === 'removed' || kind === 'type_narrowed' || kind === 'type_changed'
    fc.assert(
      fc.property(schema, schema, (a, b) => {
        expect(compareSchemas(a, mergeSchemas(a, b)).filter(isNarrowing)).toEqual([])
        expect(compareSchemas(b, mergeSchemas(a, b)).filter(isNarrowing)).toEqual([])
      }),
    )
  })
})

describe('fingerprintOf', () => {
  it('is the same whatever the order of keys, required fields and types', () => {
    const one = of({ a: { type: ['null', 'string'] }, required: text }, { required: ['a', 'required'] })
    const other = { required: ['required', 'a'], properties: { required: text, a: { type: ['string', 'null'] } }, type: 'object' }
    expect(fingerprintOf(other)).toBe(fingerprintOf(one))
    expect(fingerprintOf(one)).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    [of({ a: text }), of({ a: whole })],
    [of({ a: text }), of({ a: { ...text, description: 'x' } })],
    [of({ a: { examples: [1, 2] } }), of({ a: { examples: [2, 1] } })],
  ])('differs for %j and %j', (one, other) => {
    expect(fingerprintOf(one)).not.toBe(fingerprintOf(other))
  })

  it('keeps every name', () => {
    const named = of(JSON.parse('{"__proto__": {"type": "string"}, "b": {}, "a": {}}'))
    expect(canonicalJson(named)).toBe('{"properties":{"__proto__":{"type":"string"},"a":{},"b":{}},"type":"object"}')
  })
})
