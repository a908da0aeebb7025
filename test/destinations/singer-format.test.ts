import { describe, expect, it } from 'vitest'
import { singerFormat } from '../../destinations/singer-format.ts'
import type { Item } from '../../framework/index.ts'
import { runOf } from '../conformance/destination.ts'
import { message, page, state, status, streamInfo } from '../conformance/items.ts'

const users = streamInfo('users', { cursorField: 'updated_at', schema: { type: 'object', properties: { id: { type: 'string' } } } })
const open = (...parameters: Parameters<typeof singerFormat>) => {
  const format = singerFormat(...parameters)
  format.open(runOf([users]))
  const lines = (item: Item) =>
    (item.type === 'page' ? format.page(item) : format.message(item.message))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  return lines
}
const same = (text: string) => text

describe('singerFormat', () => {
  it('announces a stream once, before its records', () => {
    const lines = open(same)
    expect(lines(page(users, [{ id: '1' }]))).toEqual([
      { type: 'SCHEMA', stream: 'users', schema: users.schema, key_properties: ['id'], bookmark_properties: ['updated_at'] },
      { type: 'RECORD', stream: 'users', record: { id: '1' }, time_extracted: '2026-01-02T03:04:05.006Z' },
    ])
    expect(lines(page(users, [{ id: '2' }])).map(({ type }) => type)).toEqual(['RECORD'])
  })

  it('announces a stream without records when it starts', () => {
    const lines = open(same)
    expect(lines(status('users', 'STARTED')).map(({ type }) => type)).toEqual(['SCHEMA'])
    expect(lines(page(users, [{ id: '2' }])).map(({ type }) => type)).toEqual(['RECORD'])
  })

  it('announces a stream again when its schema changed', () => {
    const lines = open(same)
    lines(page(users, [{ id: '1' }]))
    const changed = { ...users, schema: { type: 'object', properties: {} } }
    expect(lines(page(changed, [{ id: '2' }])).map(({ type }) => type)).toEqual(['SCHEMA', 'RECORD'])
    expect(lines(page({ ...changed }, [{ id: '3' }])).map(({ type }) => type)).toEqual(['RECORD'])
  })

  it('names no key rather than half of a nested one', () => {
    const lines = open(same)
    const [schema] = lines(page({ ...users, primaryKey: [['id'], ['owner', 'id']] }, [{}]))
    expect(schema.key_properties).toEqual([])
  })

  it('writes the state of all streams, those of earlier runs included', () => {
    const lines = open(same, { posts: { at: 1 }, users: { at: 1 } })
    expect(lines(state('users', { at: 2 }))).toEqual([{ type: 'STATE', value: { bookmarks: { posts: { at: 1 }, users: { at: 2 } } } }])
    expect(lines(state('new', { at: 3 }))).toEqual([
      { type: 'STATE', value: { bookmarks: { posts: { at: 1 }, users: { at: 2 }, new: { at: 3 } } } },
    ])
  })

  it('takes secrets out of states and has no line for LOG and TRACE', () => {
    const lines = open((text) => text.replaceAll('sandbox-user-token', '****'))
    expect(JSON.stringify(lines(state('users', { at: 'sandbox-user-token' })))).not.toContain('sandbox-user-token')
    expect(lines(message({ type: 'LOG', log: { level: 'INFO', message: 'x' } }))).toEqual([])
    expect(lines(status('users', 'COMPLETE'))).toEqual([])
  })
})
