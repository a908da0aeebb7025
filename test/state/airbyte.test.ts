import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseState, readStateFile, toAirbyteState } from '../../state/airbyte.ts'
import { fileStateRegistry } from '../../state/file.ts'
import { fakeClock } from '../conformance/fake-clock.ts'

const stream = (name: string, stream_state: unknown) => ({ type: 'STREAM', stream: { stream_descriptor: { name }, stream_state } })
const message = (name: string, stream_state: unknown) => ({ type: 'STATE', state: stream(name, stream_state) })
const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

describe('parseState', () => {
  it.each([
    ['a list of STREAM states', JSON.stringify([stream('a', { at: 1 }), stream('b', { at: 2 })]), { a: { at: 1 }, b: { at: 2 } }],
    ['a list of STATE messages', JSON.stringify([message('a', { at: 1 })]), { a: { at: 1 } }],
    ['one STATE message', JSON.stringify(message('a', { at: 1 })), { a: { at: 1 } }],
    ['lines of a read', lines(message('a', { at: 1 }), { type: 'RECORD', record: {} }, message('a', { at: 2 })), { a: { at: 2 } }],
    [
      'a GLOBAL state without shared state',
      JSON.stringify([{ type: 'GLOBAL', global: { shared_state: null, stream_states: [stream('a', { at: 1 }).stream] } }]),
      { a: { at: 1 } },
    ],
    ['a LEGACY state', JSON.stringify([{ type: 'LEGACY', data: { a: { at: 1 } } }]), { a: { at: 1 } }],
    ['a flat mapping', JSON.stringify({ a: { at: 1 }, b: {} }), { a: { at: 1 }, b: {} }],
    ['bookmarks of Singer', JSON.stringify({ bookmarks: { a: { at: 1 } } }), { a: { at: 1 } }],
    ['a STATE of Singer', JSON.stringify({ type: 'STATE', value: { bookmarks: { a: { at: 1 } } } }), { a: { at: 1 } }],
    ['a stream before its first sync', JSON.stringify([stream('a', null)]), {}],
    ['the later of two states', JSON.stringify([stream('a', { at: 1 }), stream('a', { at: 2 })]), { a: { at: 2 } }],
    ['an empty list', '[]', {}],
    ['an empty mapping', '{}', {}],
    ['a byte order mark', `\uFEFF${JSON.stringify([stream('a', { at: 1 })])}`, { a: { at: 1 } }],
  ])('reads %s', (_kind, text, expected) => {
    expect(parseState(text, 'state.json')).toEqual({ streams: expected, unreadable: new Map(), unusable: [] })
  })

  it.each([
    ['nothing', '', /empty/],
    ['blanks', ' \n ', /empty/],
    ['text that is cut off', '[{"type":"STREAM","stream":{"stream_desc', /not valid JSON/],
    ['lines that are cut off', `${lines(message('a', { at: 1 }))}{"type":"STATE","sta`, /not valid JSON/],
    ['a number', '17', /not a state object/],
    ['a list of numbers', '[17]', /not a state object/],
    ['a flat mapping of numbers', '{"a":17}', /maps no stream to a state; its keys are a/],
    ['a state without a name', '[{"type":"STREAM","stream":{}}]', /does not name its stream/],
    ['an unknown type', '[{"type":"PLANET"}]', /unknown type "PLANET"/],
    ['API states that are no list', '{"stateType":"stream","streamState":{}}', /stream states are not a list/],
    ['a LEGACY state without data', '[{"type":"LEGACY"}]', /LEGACY state has no data/],
    ['a GLOBAL state without streams', '[{"type":"GLOBAL","global":{}}]', /stream_states/],
    ['a damaged state file of the registry', '{"format":"connector-state","format_version":1,"streams":{}}', /connection is missing/],
  ])('refuses %s', (_kind, text, reason) => {
    expect(() => parseState(text, 'state.json')).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'ERR_STATE_UNREADABLE' }))
    expect(() => parseState(text, 'state.json')).toThrow(/state\.json/)
    expect(() => parseState(text, 'state.json')).toThrow(reason)
  })

  it('keeps what it cannot read of one stream apart from the others', () => {
    const { streams, unreadable } = parseState(JSON.stringify([stream('a', 'x'), stream('b', { at: 1 })]), 'state.json')
    expect(streams).toEqual({ b: { at: 1 } })
    expect([...unreadable]).toEqual([['a', 'the state of stream "a" is not an object']])
  })

  it('says that no stream can use a shared state', () => {
    const text = JSON.stringify([{ type: 'GLOBAL', global: { shared_state: { cdc: 1 }, stream_states: [stream('a', { at: 1 }).stream] } }])
    const { streams, unusable } = parseState(text, 'state.json')
    expect(streams).toEqual({ a: { at: 1 } })
    expect(unusable).toEqual([expect.stringMatching(/shared state/)])
  })

  it('keeps odd names as data', () => {
    const { streams: states } = parseState('{"__proto__":{"at":1},"constructor":{"at":2}}', 'state.json')
    expect(Object.keys(states)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['at']).toBeUndefined()
  })

  it('reads back what it exports', () => {
    const states = { a: { at: 1 }, 'b c': { states: [] } }
    expect(parseState(JSON.stringify(toAirbyteState(states)), 'state.json').streams).toEqual(states)
  })
})

describe('readStateFile', () => {
  it('reads the file of a registry and names a file that is missing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'state-'))
    const registry = fileStateRegistry(directory, { clock: fakeClock() })
    const lease = await registry.acquire('acme', 'conn::test', 'run-1')
    await lease.commit({ posts: { at: 1 } })
    await lease.release()
    expect((await readStateFile(join(directory, 'acme.json'))).streams).toEqual({ posts: { at: 1 } })
    const missing = readStateFile(join(directory, 'missing.json'))
    await expect(missing).rejects.toMatchObject({ code: 'ERR_STATE_UNREADABLE', failureType: 'config_error' })
    await expect(missing).rejects.toThrow(/missing\.json.*ENOENT/)
    writeFileSync(join(directory, 'large.json'), JSON.stringify(toAirbyteState(Object.fromEntries(large()))))
    expect(Object.keys((await readStateFile(join(directory, 'large.json'))).streams)).toHaveLength(20_000)
    await rm(directory, { recursive: true })
  })
})

function* large(): Generator<[string, { end_time: string }]> {
  for (let index = 0; index < 20_000; index++) yield [`page_insights__${index}`, { end_time: '2026-01-01T00:00:00+00:00' }]
}
