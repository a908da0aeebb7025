import { describe, expect, it } from 'vitest'
import { resolveReferences } from '../../../../framework/manifest/document/references.ts'
import { parseYaml } from '../../../../framework/manifest/document/yaml.ts'

function resolve(text: string) {
  const { root, positions } = parseYaml({ text, file: 'm.yaml' }, () => 'native')
  return { value: resolveReferences(root, positions) as Record<string, unknown>, positions }
}

describe('resolveReferences', () => {
  it.each([
    ['a bare text', 'a: 1\nb: "#/a"', { a: 1, b: 1 }],
    ['items of lists', 'a: [[x], [y]]\nb: "#/a/1/0"\nc: "#/a/-1"', { a: [['x'], ['y']], b: 'y', c: ['y'] }],
    ['the whole rest of a path before its parts', 'a: {b: {c: 1}, b/c: 2}\nd: "#/a/b/c"', { a: { b: { c: 1 }, 'b/c': 2 }, d: 2 }],
    ['references inside targets', 'a: 1\nb: ["#/a"]\nc: "#/b"', { a: 1, b: [1], c: [1] }],
    ['$ref behind the own keys', 'a: {x: 1, y: 2}\nb: {$ref: "#/a", y: 3}', { a: { x: 1, y: 2 }, b: { x: 1, y: 3 } }],
    ['$ref of no mapping in place of the mapping', 'a: [1]\nb: {$ref: "#/a", y: 3}', { a: [1], b: [1] }],
    ['nothing inside config_overrides', 'a: 1\nb: {config_overrides: {c: "#/a"}}', { a: 1, b: { config_overrides: { c: '#/a' } } }],
    ['keys that look like prototypes', 'a: {__proto__: {x: 1}}\nb: "#/a/__proto__/x"', JSON.parse('{"a":{"__proto__":{"x":1}},"b":1}')],
  ])('follows %s', (_, text, value) => {
    expect(resolve(text).value).toEqual(value)
  })

  it.each([
    [
      'a name that is missing',
      'def: {limit: 1}\nb:\n  c: "#/def/limt"',
      "unresolved reference #/def/limt: 'limt' does not exist; did you mean limit? known: limit (m.yaml:3:3)",
    ],
    ['an index out of range', 'a: [1]\nb: "#/a/1"', "unresolved reference #/a/1: '1' does not exist (m.yaml:2:1)"],
    ['a path into a text', 'a: x\nb: "#/a/0"', "unresolved reference #/a/0: '0' does not exist (m.yaml:2:1)"],
    ['an inherited name', 'a: {}\nb: "#/a/constructor"', "unresolved reference #/a/constructor: 'constructor' does not exist (m.yaml:2:1)"],
    ['a circle', 'a: {x: "#/b"}\nb: {$ref: "#/a"}', 'reference #/b leads back to itself: #/b → #/a → #/b (m.yaml:1:5)'],
    ['the whole document', 'a: "#/"', 'reference #/ leads back to itself: #/ → #/ (m.yaml:1:1)'],
  ])('refuses %s with its place', (_, text, message) => {
    expect(() => resolve(text)).toThrow(message)
  })

  it('refuses references that multiply', () => {
    const levels = Array.from({ length: 9 }, (_, level) => `a${level}: [${level === 0 ? 'x,'.repeat(9) : `"#/a${level - 1}",`.repeat(9)}]`)
    expect(() => resolve(levels.join('\n'))).toThrow(/references write out to more than 5000000 nodes \(m\.yaml:\d+:\d+\)/)
  })

  it('refuses chains without end', () => {
    const chain = Array.from({ length: 5000 }, (_, index) => `a${index}: ["#/a${index + 1}"]`)
    expect(() => resolve(`${chain.join('\n')}\na5000: 1`)).toThrow(/references lead through more than 100 others/)
  })

  it('keeps the places of keys that came by $ref', () => {
    const { value, positions } = resolve('a:\n  x: 1\nb:\n  $ref: "#/a"\n  y: 2')
    const b = value['b'] as object
    expect(positions.locate(b, 'x')).toEqual({ file: 'm.yaml', line: 2, column: 3 })
    expect(positions.locate(b, 'y')).toEqual({ file: 'm.yaml', line: 5, column: 3 })
  })
})
