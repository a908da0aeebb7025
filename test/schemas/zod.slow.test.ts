import { describe, expect, it } from 'vitest'
import { inferSchema } from '../../schemas/infer.ts'
import { zodOf } from '../../schemas/zod.ts'
import { sharedFolder } from '../shared.ts'
import { complaints } from './compiled.ts'
import { foreignSchemas } from './foreign-schemas.ts'
import { zodSchemas } from './zod-schemas.ts'

const rows = [
  { id: '1', at: '2026-01-02T03:04:05+00:00', tags: ['a'], likes: 3, by_hour: { 0: 1, 23: 2 }, from: { name: 'x' }, 'odd name': null },
  { id: '2', at: '2026-01-02T03:04:05+00:00', tags: [], likes: null, by_hour: {}, from: { name: 'y', link: 'https://example.com' } },
]

describe('zodOf', () => {
  it('accepts the rows that the schema was learned from and no others', async () => {
    const code = await zodOf(new Map([['page_posts', inferSchema(rows)]]))
    const { PagePosts } = await zodSchemas(code)
    for (const row of rows) expect(PagePosts?.parse(row)).toEqual(row)
    expect(PagePosts?.safeParse({ ...rows[0], likes: 'many' }).success).toBe(false)
    expect(PagePosts?.safeParse({ ...rows[0], at: 'soon' }).success).toBe(false)
  })

  it('infers types that compile under strict', async () => {
    const code = await zodOf(new Map([['page_posts', inferSchema(rows)]]))
    expect(complaints(`${code}\nexport const likes: (row: PagePosts) => number | null | undefined = (row) => row.likes`)).toEqual([])
    expect(complaints(`${code}\nexport const likes: (row: PagePosts) => string = (row) => row.likes`).join()).toMatch(/not assignable/)
  })

  it('takes no code out of a schema', async () => {
    const text = `x */ globalThis.broken = 1 /* \`' + globalThis.broken + '"`
    const hostile = { description: text, type: 'string', pattern: text, enum: [text] }
    const code = await zodOf(new Map([[text, { type: 'object', properties: { [text]: hostile } }]]))
    const [schema] = Object.values(await zodSchemas(code))
    expect(schema?.safeParse({}).success).toBe(true)
    expect(globalThis).not.toHaveProperty('broken')
  })

  describe.skipIf(!sharedFolder)('for schemas of foreign manifests', () => {
    it('makes a module of each that can be loaded', { timeout: 120_000 }, async () => {
      const schemas = foreignSchemas()
      expect(schemas.length).toBeGreaterThan(1_000)
      // In modules of fifty: the compiler takes longer to start than to read.
      for (let from = 0; from < schemas.length; from += 50) {
        const some = schemas.slice(from, from + 50).map((schema, index) => [`stream_${index}`, schema] as const)
        expect(Object.keys(await zodSchemas(await zodOf(new Map(some))))).toHaveLength(some.length)
      }
    })
  })
})
