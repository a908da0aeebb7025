import { readdirSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { errorCodesOf, errorPage, errorRooms } from '../cli/error-page.ts'

const root = pathToFileURL(`${process.cwd()}/`)

/** Codes of Node and of libraries that sources look for in what they catch. */
const foreign = /^ERR_(SCRIPT_EXECUTION_TIMEOUT|STREAM_(DESTROYED|WRITE_AFTER_END|PREMATURE_CLOSE)|BUFFER_TOO_LARGE|MODULE_NOT_FOUND)$/

/** The codes that stand as texts in the sources of a room, with a file each. */
function usedIn(room: string): ReadonlyMap<string, string> {
  const used = new Map<string, string>()
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  for (const file of files) {
    const path = `${room}/${file}`
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && /^ERR_[A-Z0-9_]+$/.test(node.text) && !foreign.test(node.text)) used.set(node.text, path)
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest))
  }
  return used
}

const rooms = Object.keys(errorRooms)
const documented = new Map(rooms.map((room) => [room, errorCodesOf(room, root)]))
const used = new Map(rooms.map((room) => [room, usedIn(room)]))

describe('error codes', () => {
  it('of the sources are documented, in one of the rooms that use them', () => {
    const missing = rooms.flatMap((room) =>
      [...(used.get(room) ?? [])]
        .filter(([code]) => !rooms.some((other) => documented.get(other)?.[code]))
        .map(([code, path]) => `${code} of ${path}: add its cause and remedy to ${room}/error-codes.yaml, then npm run generate`),
    )
    expect(missing).toEqual([])
  })

  it('of a list are used in its room, and are in no other list', () => {
    const wrong = rooms.flatMap((room) =>
      Object.keys(documented.get(room) ?? {}).filter((code) => {
        const lists = rooms.filter((other) => documented.get(other)?.[code])
        return lists.length > 1 || !used.get(room)?.has(code)
      }),
    )
    expect(wrong).toEqual([])
  })

  it('have a cause and a remedy that are sentences', () => {
    const sentence = /^[\w$-].{8,}\.$/
    for (const [room, codes] of documented) {
      for (const [code, { cause, remedy }] of Object.entries(codes)) {
        expect(cause, `cause of ${code} in ${room}`).toMatch(sentence)
        expect(remedy, `remedy of ${code} in ${room}`).toMatch(sentence)
      }
    }
  })

  it('are all on the generated page, with what to do', () => {
    const page = readFileSync('docs/errors.md', 'utf8')
    expect(page).toBe(errorPage(root))
    for (const codes of used.values()) for (const code of codes.keys()) expect(page).toContain(`| \`${code}\` | `)
  })
})
