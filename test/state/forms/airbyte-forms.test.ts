import { describe, expect, it } from 'vitest'
import { parseState } from '../../../state/airbyte.ts'

const snake = (name: string, stream_state: unknown) => ({ stream_descriptor: { name, namespace: null }, stream_state })
const camel = (name: string, streamState: unknown) => ({ streamDescriptor: { name, namespace: 'shop' }, streamState })
const expected = { orders: { updated_at: '2026-05-01' }, users: { id: 7 } }
const camels = [camel('orders', expected.orders), camel('users', expected.users)]
const snakes = [snake('orders', expected.orders), snake('users', expected.users)]
const connectionId = 'a1b2c3d4-0000-4000-8000-000000000000'

describe('airbyteForms', () => {
  it.each<[string, unknown]>([
    ['the list that the settings of a connection show', camels],
    ['the same in snake_case', snakes],
    ['an answer of the API with stream states', { stateType: 'stream', connectionId, streamState: camels }],
    ['an answer of the API in snake_case', { state_type: 'STREAM', connection_id: connectionId, stream_state: snakes }],
    [
      'an answer of the API with a global state',
      { stateType: 'global', connectionId, globalState: { sharedState: {}, streamStates: camels } },
    ],
    ['an answer of the API with a legacy state', { stateType: 'legacy', connectionId, state: expected }],
    ['what the API takes', { connectionId, connectionState: { stateType: 'stream', connectionId, streamState: camels } }],
    ['a list under connectionState', { connectionState: camels }],
    ['a list under state', { state: camels }],
    ['messages under state', { state: snakes.map((stream) => ({ type: 'STREAM', stream })) }],
    ['a mapping under state', { state: expected, cdc: false }],
    ['an answer of the API under state', { state: { stateType: 'stream', streamState: camels } }],
    ['states of a job', { stateType: 'STREAM', stateMessages: snakes.map((stream) => ({ type: 'STREAM', stream })) }],
    ['a global state of a job', { stateType: 'GLOBAL', global: { type: 'GLOBAL', global: { stream_states: snakes } } }],
    ['a GLOBAL message', { type: 'GLOBAL', global: { shared_state: null, stream_states: snakes } }],
    ['a bare global state', { sharedState: null, streamStates: camels }],
    ['messages without a type', snakes.map((stream) => ({ stream }))],
    ['a GLOBAL message without a type', { global: { stream_states: snakes } }],
    ['a LEGACY message', { type: 'STATE', state: { type: 'LEGACY', data: expected } }],
    ['an old message', { type: 'STATE', state: { data: expected } }],
    [
      'rows of the database of the platform',
      Object.entries(expected).map(([stream_name, state]) => ({
        stream_name,
        namespace: null,
        type: 'STREAM',
        state: JSON.stringify(state),
      })),
    ],
  ])('reads %s', (_form, value) => {
    expect(parseState(JSON.stringify(value), 'state.json')).toEqual({ streams: expected, unreadable: new Map(), unusable: [] })
  })

  it('reads lines of messages, the last one of a stream counts', () => {
    const lines = [snake('orders', { updated_at: '2026-04-01' }), ...snakes].map((stream) =>
      JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream } }),
    )
    expect(parseState(`${lines.join('\n')}\n{"type":"LOG","log":{}}\n`, 'state.json').streams).toEqual(expected)
  })

  it('finds no state in a connection before its first sync', () => {
    expect(parseState(JSON.stringify({ stateType: 'not_set', connectionId }), 'state.json').streams).toEqual({})
    expect(parseState(JSON.stringify([camel('orders', null)]), 'state.json').streams).toEqual({})
  })

  it('takes a stream named state for a stream', () => {
    expect(parseState('{"state":{"updated_at":"2026-05-01"}}', 'state.json').streams).toEqual({ state: { updated_at: '2026-05-01' } })
  })

  it('leaves the state of a cursor over ranges of dates alone', () => {
    const ranges = { state_type: 'date-range', slices: [{ start: '2026-01-01', end: '2026-02-01' }] }
    expect(parseState(JSON.stringify([camel('orders', ranges)]), 'state.json').streams).toEqual({ orders: ranges })
  })
})
