import { describe, expect, it } from 'vitest'
import { parseState } from '../../../state/airbyte.ts'

const states = (value: unknown) => parseState(JSON.stringify(value), 'state.json').streams
const orders = { replication_key: 'updated_at', replication_key_value: '2026-05-01T00:00:00+00:00' }
const reached = { orders: { updated_at: '2026-05-01T00:00:00+00:00' } }

describe('singerForms', () => {
  it.each<[string, unknown]>([
    ['a bookmark of the SDK', { bookmarks: { orders } }],
    ['a run that was interrupted in a stream', { bookmarks: { orders }, currently_syncing: 'orders' }],
    ['a STATE message', { type: 'STATE', value: { bookmarks: { orders } } }],
    ['what Meltano prints', { singer_state: { bookmarks: { orders } } }],
    ['a state backend of Meltano', { completed: { singer_state: { bookmarks: { orders } } }, partial: {} }],
    [
      'a row of the database of Meltano',
      { state_id: 'dev:tap-to-target', completed_state: { singer_state: { bookmarks: { orders } } }, partial_state: null },
    ],
    ['a mapping without bookmarks', { orders }],
    [
      'progress of a run that did not end, which the SDK drops as well',
      {
        bookmarks: {
          orders: {
            ...orders,
            starting_replication_value: '2026-01-01',
            replication_key_signpost: '2026-06-01',
            progress_markers: { Note: 'not resumable', replication_key: 'updated_at', replication_key_value: '2026-05-20' },
          },
        },
      },
    ],
  ])('reads %s', (_form, value) => {
    expect(states(value)).toEqual(reached)
  })

  it('lays the state of an unfinished run of Meltano over the completed one', () => {
    const later = { replication_key: 'updated_at', replication_key_value: '2026-05-09' }
    const value = {
      completed: { singer_state: { bookmarks: { orders, users: { id: 7 } } } },
      partial: { singer_state: { bookmarks: { orders: later } } },
    }
    expect(states(value)).toEqual({ orders: { updated_at: '2026-05-09' }, users: { id: 7 } })
  })

  it('reads partitions by their context', () => {
    const partitions = [
      { context: { shop: 'a', region: 'eu' }, replication_key: 'updated_at', replication_key_value: '2026-05-01' },
      { context: { shop: 'b', region: 'eu' }, progress_markers: { replication_key: 'updated_at', replication_key_value: '2026-05-01' } },
    ]
    expect(states({ bookmarks: { orders: { partitions } } })).toEqual({
      orders: { states: [{ partition: { shop: 'a', region: 'eu' }, cursor: { updated_at: '2026-05-01' } }] },
    })
  })

  it('has no state for streams that reached nothing', () => {
    const progress_markers = { replication_key: 'updated_at', replication_key_value: '2026-05-01' }
    expect(states({ bookmarks: { orders: { progress_markers }, users: { partitions: [] }, shops: {} } })).toEqual({ shops: {} })
    expect(states({ currently_syncing: null })).toEqual({})
  })

  it('passes bookmarks of taps without the SDK, and our own', () => {
    const bookmarks = { orders: { updated_at: '2026-05-01' }, users: { states: [], use_global_cursor: false, lookback_window: 3 } }
    expect(states({ bookmarks })).toEqual(bookmarks)
  })

  it('names a bookmark that is not a mapping', () => {
    const { streams, unreadable } = parseState(JSON.stringify({ bookmarks: { orders: '2026-05-01', users: { id: 7 } } }), 'state.json')
    expect(streams).toEqual({ users: { id: 7 } })
    expect([...unreadable.keys()]).toEqual(['orders'])
  })
})
