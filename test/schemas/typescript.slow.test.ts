import { describe, expect, it } from 'vitest'
import { inferSchema } from '../../schemas/infer.ts'
import { typescriptOf } from '../../schemas/typescript.ts'
import { sharedFolder } from '../shared.ts'
import { complaints } from './compiled.ts'
import { foreignSchemas } from './foreign-schemas.ts'

const rows = [
  {
    id: '1',
    at: '2026-01-02T03:04:05Z',
    tags: ['a'],
    empty: [],
    likes: 3,
    by_hour: { 0: 1, 23: 2 },
    from: { name: 'x' },
    'odd name': null,
  },
  { id: '2', at: '2026-01-02T03:04:05Z', tags: [], empty: [], likes: null, by_hour: {}, from: { name: 'y', link: 'https://example.com' } },
]

describe('typescriptOf', () => {
  it('types the rows that the schema was learned from, under strict', async () => {
    const code = await typescriptOf(new Map([['page_posts', inferSchema(rows)]]))
    expect(complaints(`${code}\nexport const rows: PagePosts[] = ${JSON.stringify(rows)}`)).toEqual([])
    expect(complaints(`${code}\nexport const row: PagePosts = ${JSON.stringify({ ...rows[0], likes: 'many' })}`).join()).toMatch(
      /not assignable/,
    )
    expect(complaints(`${code}\nexport const row: PagePosts = ${JSON.stringify({ ...rows[0], unknown: 1 })}`).join()).toMatch(/unknown/)
  })

  it('takes no code out of a schema', async () => {
    const hostile = { description: 'x */ export const a = 1 /*', tsType: 'process.exit()', type: 'string' }
    const code = await typescriptOf(new Map([['a', { type: 'object', properties: { b: hostile, title: hostile } }]]))
    expect(complaints(`${code}\nexport const row: A = { b: 'x', title: 'y' }`)).toEqual([])
    expect(code).not.toMatch(/process|x \*\//)
  })

  describe.skipIf(!sharedFolder)('for schemas of foreign manifests', () => {
    it('makes types of each', { timeout: 300_000 }, async () => {
      const schemas = foreignSchemas()
      expect(schemas.length).toBeGreaterThan(1_000)
      for (const schema of schemas) expect(await typescriptOf(new Map([['stream', schema]]))).toContain('Stream')
    })
  })
})
