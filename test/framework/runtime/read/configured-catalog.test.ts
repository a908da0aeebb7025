import { describe, expect, it } from 'vitest'
import { readConfiguredCatalog } from '../../../../framework/runtime/read/configured-catalog.ts'

const catalog = (entry: object) => ({ streams: [{ stream: { name: 'items', json_schema: {} }, ...entry }] })
const readOne = (entry: object) => readConfiguredCatalog(catalog(entry), 'catalog.json')[0]

describe('readConfiguredCatalog', () => {
  it('takes what the protocol says', () => {
    const entry = {
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
      cursor_field: ['at'],
      primary_key: [['a', 'b'], ['c']],
    }
    expect(readOne({ ...entry, generation_id: 3, minimum_generation_id: 0, sync_id: 9 })).toEqual({
      name: 'items',
      schema: {},
      syncMode: 'incremental',
      write: 'merge',
      cursorField: ['at'],
      primaryKey: [['a', 'b'], ['c']],
      generation: { id: 3, minimum: 0 },
    })
  })

  it('takes null and an empty key as not given', () => {
    const nothing = { sync_mode: null, destination_sync_mode: null, cursor_field: null, generation_id: null, minimum_generation_id: null }
    expect(readOne({ ...nothing, primary_key: [] })).toEqual({ name: 'items', schema: {} })
  })

  it.each([
    [{ destination_sync_mode: 'upsert' }, /catalog\.json: stream 'items': unknown destination_sync_mode "upsert".*append_dedup/],
    [{ sync_mode: 'full' }, /unknown sync_mode "full".*full_refresh/],
    [{ primary_key: ['id'] }, /primary_key must be a list of paths.*got \["id"\]/],
    [{ primary_key: [[]] }, /primary_key/],
    [{ generation_id: 3, minimum_generation_id: 2 }, /minimum_generation_id must be 0.*got 2/],
    [{ generation_id: -1 }, /generation_id must be a whole number/],
    [{ generation_id: 1, minimum_generation_id: '1' }, /minimum_generation_id must be a whole number/],
  ])('refuses %j', (entry, message) => {
    expect(() => readOne(entry)).toThrow(expect.objectContaining({ code: 'ERR_CATALOG_INVALID', message: expect.stringMatching(message) }))
  })

  it.each([null, [], {}, { streams: {} }, { streams: [{}] }, { streams: [{ stream: { name: 1 } }] }])(
    'refuses %j as no catalog',
    (value) => {
      expect(() => readConfiguredCatalog(value, 'catalog.json')).toThrow(/catalog\.json is not a configured catalog/)
    },
  )
})
