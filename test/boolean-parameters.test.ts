import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const rooms = ['framework', 'connectors', 'state', 'schemas', 'destinations', 'accounts', 'compose', 'sync', 'service', 'cli', 'sandbox']

/** `file: parameter` of every boolean that a function, a method or a constructor takes by its position: `open(file, true)` explains nothing. */
function booleanParameters(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isParameter(node) && 'body' in node.parent && isBoolean(node, source)) found.push(`${file}: ${node.name.getText(source)}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isBoolean({ type, initializer }: ts.ParameterDeclaration, source: ts.SourceFile): boolean {
  if (type) return /^boolean( \| undefined)?$/.test(type.getText(source))
  return initializer?.kind === ts.SyntaxKind.TrueKeyword || initializer?.kind === ts.SyntaxKind.FalseKeyword
}

const files = rooms.flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${room}/${file}`),
)

describe('functions', () => {
  it('take no booleans by position, but objects, names or two functions', () => {
    expect(files.flatMap((file) => booleanParameters(file, readFileSync(file, 'utf8')))).toEqual([])
  })

  it.each([
    ['function f(a: string, b: boolean) {}', ['x.ts: b']],
    ['const f = (a = false) => a', ['x.ts: a']],
    ['class C { m(a?: boolean) {} }', ['x.ts: a']],
    ['function f({ a }: { readonly a: boolean }) {}', []],
    ['type F = (a: boolean) => void', []],
  ])('are read from %s', (text, expected) => {
    expect(booleanParameters('x.ts', text)).toEqual(expected)
  })
})
