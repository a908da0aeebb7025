import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../../framework/errors.ts'
import { parseYaml } from '../../../../framework/manifest/document/yaml.ts'

const read = (text: string) => parseYaml({ text, file: 'm.yaml' }, () => 'native')

function failure(text: string): { message: string; milliseconds: number } {
  const started = performance.now()
  try {
    read(text)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return { message: thrown.message, milliseconds: performance.now() - started }
    throw thrown
  }
  throw new Error('was accepted')
}

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`),
].join('\n')

describe('parseYaml', () => {
  it.each([
    ['an alias bomb', bomb, /m\.yaml:\d+:\d+: aliases repeat more than/],
    [
      'a bomb of merge keys',
      bomb.replaceAll('[', '{<<: [').replaceAll(']', ']}').replace('x,x,x,x,x,x,x,x,x', '{x: 1}'),
      /aliases repeat more than/,
    ],
    ['a JavaScript tag', 'a: 1\nb: !!js/function "function(){}"', /m\.yaml:2:18: tag tag:yaml\.org,2002:js\/function is not allowed/],
    ['a local tag on a list', 'b: !pairs [1]', /m\.yaml:1:11: tag !pairs is not allowed/],
    ['the same key twice', 'a:\n  x: 1\n  y: 2\n  x: 3', /m\.yaml:4:3: duplicate key 'x' in this mapping; first at 2:3/],
    ['a tab as indentation', 'a:\n\tb: 1', /m\.yaml:2:1: .*[Tt]ab/],
    ['an anchor that contains itself', 'a: &a\n  b: [*a]', /m\.yaml:2:7: alias \*a contains itself/],
    ['an alias without an anchor', 'a: *b', /m\.yaml:1:4: .*b/],
    ['a mapping as key', '? {a: 1}\n: 2', /m\.yaml:1:3: a key must be a word/],
    ['two documents', 'a: 1\n---\nb: 2', /m\.yaml:2:1: .*document/],
    ['an open bracket', 'a: [1, 2', /m\.yaml:1:9: /],
    ['a merge of a word', '<<: base', /m\.yaml:1:1: '<<' merges a mapping/],
    ['300 nested lists', `a: ${'['.repeat(300)}${']'.repeat(300)}`, /m\.yaml:1:\d+: nested deeper than 200 levels/],
    ['100,000 nested lists', '['.repeat(100_000), /nested deeper|m\.yaml:1:/],
    ['more than 10 MiB', `a: ${'x'.repeat(11 * 1024 * 1024)}`, /m\.yaml:1:1: the file is larger/],
  ])('refuses %s within a second', (_, text, message) => {
    const failed = failure(text)
    expect(failed.message).toMatch(message)
    expect(failed.milliseconds).toBeLessThan(1000)
  })

  it.each([
    ['anchors', 'a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['merge keys, own keys first', 'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3', { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } }],
    [
      'lists of merge keys, earlier ones first',
      'a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}',
      { a: { b: 1 }, c: { b: 2, d: 3 }, e: { b: 1, d: 3 } },
    ],
    ['a quoted << as a key', '"<<": 1', { '<<': 1 }],
    ['JSON', '{\n\t"a": [1, "\\ud83d\\ude00", null, true],\r\n "b": {}}', { a: [1, '\u{1f600}', null, true], b: {} }],
    ['core tags', 'a: !!str 1\nb: !!int "2"\nc: !!float 1.5\nd: ! 3', { a: '1', b: 2, c: 1.5, d: '3' }],
    ['absent values', 'a:\nb: ~\nc: ""\nd: [, 1]'.replace('[, 1]', '[~, 1]'), { a: null, b: null, c: '', d: [null, 1] }],
    ['block text', 'a: |\n  one\n  two\nb: >-\n  one\n  two', { a: 'one\ntwo\n', b: 'one two' }],
    ['a byte order mark', '\ufeffa: 1', { a: 1 }],
    ['an empty text', '', null],
  ])('reads %s', (_, text, value) => {
    expect(read(text).root).toEqual(value)
  })

  it.each(['__proto__', 'constructor', 'toString'])('keeps the key %s as data', (key) => {
    const root = read(`a: {${key}: {polluted: yes}}`).root as { a: object }
    expect(Object.keys(root.a)).toEqual([key])
    expect(Object.getPrototypeOf(root.a)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('says where objects, keys and items are', () => {
    const { root, positions } = read('a: 1\nb:\n  c: [x, y]\n  d: &d {e: 1}\nf:\n  <<: *d\n  g: 2')
    const { b, f } = root as { b: { c: unknown[]; d: object }; f: object }
    const at = (node: object, key?: string | number) => {
      const position = positions.locate(node, key)
      return `${position?.line}:${position?.column}`
    }
    expect([at(b), at(b, 'd'), at(b.c, 1), at(f, 'g'), at(f, 'e'), at(f, 'absent')]).toEqual(['3:3', '4:3', '3:10', '7:3', '4:10', '6:3'])
    expect(positions.locate({})).toBeUndefined()
  })

  it('reads words as the dialect says', () => {
    const text = 'a: yes\nb: 010\non: 1'
    expect(parseYaml({ text, file: 'm.yaml' }, () => 'native').root).toEqual({ a: 'yes', b: 10, on: 1 })
    expect(parseYaml({ text, file: 'm.yaml' }, () => 'airbyte').root).toEqual({ a: true, b: 8, true: 1 })
  })
})
