import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'

const rooms = ['framework', 'connectors', 'state', 'schemas', 'destinations', 'accounts', 'compose', 'sync', 'service', 'cli', 'sandbox']

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`)
const tests = rooms.flatMap((room) => filesIn(`test/${room}`)).filter((file) => file.endsWith('.test.ts'))

/** Folders whose sources are tested from the folder above, because a test looks at them together. May only shrink. */
const together: readonly string[] = ['sandbox/instagram']

/** Folders of sources with no test of their own name: what they do is tested through the room. May only shrink. */
const through: readonly string[] = [
  'cli/protocol',
  'cli/sandbox',
  'connectors/instagram_publish/media/formats',
  'framework/components/state-migrations',
  'framework/runtime',
  'framework/runtime/action',
  'sandbox',
  'service',
  'state/s3',
]

describe('test/', () => {
  it('has the folders of the sources', () => {
    const folders = [...new Set(tests.map((file) => dirname(file).slice('test/'.length)))]
    expect(folders.filter((folder) => !existsSync(folder) && !together.includes(folder))).toEqual([])
  })

  it('has tests for every folder of sources', () => {
    const sources = [
      ...new Set(
        rooms
          .flatMap(filesIn)
          .filter((file) => file.endsWith('.ts'))
          .map((file) => dirname(file)),
      ),
    ]
    const tested = new Set(tests.map((file) => dirname(file).slice('test/'.length)))
    const excused = (folder: string) =>
      through.some((known) => folder === known || (!known.includes('/') && folder.startsWith(`${known}/`)))
    expect(sources.filter((folder) => !tested.has(folder) && !excused(folder))).toEqual([])
  })

  it('has titles that say what is tested, without words that say nothing', () => {
    const vague = /\b(?:it|test)(?:\.each\([^)]*\))?\(\s*'(?:works?|test|ok|passes|is (?:right|correct|fine))(?: [^']{0,8})?'/g
    const found = tests.flatMap((file) => (readFileSync(file, 'utf8').match(vague) ?? []).map((title) => `${file}: ${title}`))
    expect(found).toEqual([])
  })
})
