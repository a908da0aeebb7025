import { describe, expect, it } from 'vitest'
import { columnNames, tableName } from '../../../destinations/tables/names.ts'

describe('tableName', () => {
  it.each(['posts', 'page_insights__1127', '_x1'])('keeps %s', (name) => {
    expect(tableName(name)).toBe(name)
  })

  it('gives every other name one of its own, short and plain', () => {
    const odd = [
      'Posts',
      'POSTS',
      '../../x',
      'a b',
      'a-b',
      '',
      '1a',
      'x'.repeat(64),
      'x'.repeat(65),
      '_connector_runs',
      'ü',
      '\ud800',
      '\ud801',
    ]
    const names = odd.map(tableName)
    expect(new Set(names).size).toBe(odd.length)
    for (const name of names) expect(name).toMatch(/^[a-z_0-9]{3,63}$/)
    expect(names).not.toContain('_connector_runs')
  })
})

describe('columnNames', () => {
  it('keeps names unless they are reserved, too long or equal but for case', () => {
    const long = 'x'.repeat(80)
    const names = columnNames(['id', 'mediaType', 'a.b', 'Name', 'name', '_run_id', '_Extra', '', 'a\u0000', long])
    expect([...names.values()].slice(0, 3)).toEqual(['id', 'mediaType', 'a.b'])
    expect(names.get('name')).toBe('name')
    for (const field of ['Name', '_run_id', '_Extra', '', 'a\u0000', long]) expect(names.get(field)).toMatch(/_[0-9a-f]{10}$/)
    expect(new Set([...names.values()].map((name) => name.toLowerCase())).size).toBe(names.size)
  })
})
