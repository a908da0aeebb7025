import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dbtSources } from '../../schemas/dbt.ts'

describe('dbtSources', () => {
  it('is a source with freshness, descriptions, types, and keys as tests', () => {
    const schema = { description: 'Posts: "all" of them', properties: { id: { description: '- the id\nof it' } } }
    const id = { name: 'id', field: 'id', type: 'text' }
    const at = { name: 'at', field: 'at', type: 'timestamptz' }
    const text = dbtSources('Facebook Pages', [
      { name: 'posts', schema, key: ['id'], columns: [id, at] },
      { name: 'insights', schema: {}, key: ['id', 'at'], columns: [id, at] },
    ])
    const { version, sources } = parse(text)
    expect(version).toBe(2)
    expect(sources).toMatchObject([
      { name: 'facebook_pages', loaded_at_field: '_synced_at', freshness: { warn_after: { count: 36, period: 'hour' } } },
    ])
    expect(sources[0].tables).toEqual([
      {
        name: 'posts',
        description: 'Posts: "all" of them',
        meta: { primary_key: ['id'] },
        columns: [
          { name: 'id', description: '- the id\nof it', data_type: 'text', tests: ['not_null', 'unique'] },
          { name: 'at', data_type: 'timestamptz' },
        ],
      },
      {
        name: 'insights',
        meta: { primary_key: ['id', 'at'] },
        columns: [
          { name: 'id', data_type: 'text', tests: ['not_null'] },
          { name: 'at', data_type: 'timestamptz', tests: ['not_null'] },
        ],
      },
    ])
  })
})
