import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { schemaName, systemClock } from '../../framework/index.ts'
import { openSchemaRegistry } from '../../schemas/open.ts'
import { temporaryFolder } from '../cli/run.ts'
import { testSchemaRegistry } from '../conformance/schema-registry.ts'

testSchemaRegistry('file:', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'connector-schemas-'))
  return {
    open: () => openSchemaRegistry(`file:${folder}`, { clock: systemClock }),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
})

const stream = schemaName('facebook_pages', 'posts')
const schema = { type: 'object', properties: { b: { type: 'string' }, a: { type: 'string' } } }

describe('fileSchemaRegistry', () => {
  it('writes files for version control: the same bytes at any time, keys in order, nothing else beside them', async () => {
    const folders = [temporaryFolder(), temporaryFolder()]
    for (const folder of folders) await (await openSchemaRegistry(`file:${folder}`, { clock: systemClock })).register(stream, schema)
    const [one, other] = folders.map((folder) => readFileSync(join(folder, 'facebook_pages/posts.json'), 'utf8'))
    expect(one).toBe(other)
    expect(one).toMatch(/"a": \{[\s\S]*"b": \{/)
    expect(readdirSync(join(folders[0] ?? '', 'facebook_pages'), { recursive: true }).sort()).toEqual([
      'posts.json',
      'posts.versions',
      'posts.versions/0001.json',
    ])
  })

  it('repairs the copy for people, and says which file is broken', async () => {
    const folder = temporaryFolder()
    const registry = await openSchemaRegistry(`file:${folder}`, { clock: systemClock })
    await registry.register(stream, schema)
    const copy = join(folder, 'facebook_pages/posts.json')
    writeFileSync(copy, 'broken')
    expect(await registry.register(stream, schema)).toMatchObject({ version: 1 })
    expect(JSON.parse(readFileSync(copy, 'utf8'))).toMatchObject({ version: 1, stream })
    writeFileSync(join(folder, 'facebook_pages/posts.versions/0001.json'), '{}')
    await expect(registry.latest(stream)).rejects.toMatchObject({
      code: 'ERR_SCHEMA_UNREADABLE',
      message: expect.stringContaining('0001.json'),
    })
  })
})

describe('openSchemaRegistry', () => {
  it.each([
    ['fil:x', /unknown scheme 'fil'.*file/],
    ['file:', /names no directory/],
    ['folder', /no schema registry for/],
  ])('refuses %j', async (url, message) => {
    await expect(openSchemaRegistry(url, { clock: systemClock })).rejects.toMatchObject({
      code: 'ERR_SCHEMA_URL',
      message: expect.stringMatching(message),
    })
  })
})
