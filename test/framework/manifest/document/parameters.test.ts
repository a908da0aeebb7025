import { describe, expect, it } from 'vitest'
import { defaultTypes } from '../../../../framework/manifest/definition/default-types.ts'
import { propagate } from '../../../../framework/manifest/document/parameters.ts'

describe('propagate', () => {
  it.each([...defaultTypes])('types %s as %s', (place, type) => {
    const [parent = '', field = ''] = place.split('.')
    expect(propagate({ type: parent, [field]: { x: 1 } }, {})[field]).toEqual({ type, x: 1 })
    expect(propagate({ type: parent, [field]: [{ x: 1 }] }, {})[field]).toEqual([{ type, x: 1 }])
  })

  it('types a child with a class name as a custom component', () => {
    expect(propagate({ type: 'RecordSelector', extractor: { class_name: 'a.B' } }, {})).toEqual({
      type: 'RecordSelector',
      extractor: { type: 'CustomRecordExtractor', class_name: 'a.B' },
    })
  })

  it('copies parameters into components and keeps them for templates', () => {
    const node = { type: 'A', $parameters: { path: '/x', n: 1 }, child: { type: 'B', path: '' } }
    expect(propagate(node, {})).toEqual({
      type: 'A',
      path: '/x',
      n: 1,
      child: { type: 'B', path: '/x', n: 1, $parameters: { path: '/x', n: 1 } },
      $parameters: { path: '/x', n: 1 },
    })
  })

  it.each([
    ['own', 'inner'],
    ['parent', 'outer'],
  ] as const)('with precedence %s the %s parameter wins', (precedence, winner) => {
    const node = { type: 'A', $parameters: { p: 'inner' } }
    expect(propagate(node, { parameters: { p: 'outer' }, precedence })['p']).toBe(winner)
  })

  it('leaves JSON Schemas and mappings without components alone', () => {
    const schema = { type: ['null', 'object'], properties: { a: { type: 'string' } } }
    const node = { type: 'A', $parameters: { p: 1 }, schema, headers: { x: 'y' }, object: { type: 'object' } }
    expect(propagate(node, {})).toMatchObject({ schema, headers: { x: 'y' }, object: { type: 'object' } })
  })

  it('does not change its input', () => {
    const node = Object.freeze({
      type: 'A',
      $parameters: Object.freeze({ p: [{ type: 'B' }] }),
      list: Object.freeze([Object.freeze({ type: 'B' })]),
    })
    expect(() => propagate(node, {})).not.toThrow()
  })
})
