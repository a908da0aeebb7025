import { describe, expect, it } from 'vitest'
import { CheckpointSlice, checkpointSlice, MemoryCursor } from '../../../../connectors/meta/cursors/memory-cursor.ts'
import { Cursor } from '../../../../framework/components/read/cursor.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import { testContext } from '../../../framework/build.ts'

const NOW = Date.UTC(2026, 10, 20, 12)

function open(state?: StreamState, options: object = {}, fields: object = {}) {
  const context = testContext({ components: [MemoryCursor], now: NOW })
  const cursor = buildComponent(Cursor, { type: 'MemoryCursor', cursor_field: 'timestamp', ...fields }, context)
  const run = cursor.open(state, { scope: {}, ...options })
  const [slice] = run.slices()
  if (!(slice instanceof CheckpointSlice)) throw new TypeError('no memory slice')
  return { cursor, run, slice }
}

describe('MemoryCursor', () => {
  it('hands the memory of the last read to the one slice', () => {
    const { slice } = open({ timestamp: '2026-11-19T00:00:00+00:00', memory: { seen: 1 } })
    expect(slice.memory).toEqual({ seen: 1 })
    expect(slice.values).toEqual({ start_time: '2026-11-19T00:00:00+00:00', end_time: '2026-11-20T12:00:00+00:00' })
  })

  it('moves the state when something is remembered, and keeps foreign keys', () => {
    const { run, slice } = open({ note: 'kept', memory: { seen: 1 } })
    const before = run.state()
    run.observe(slice, [{ timestamp: '2026-11-18T10:00:00+00:00' }, { timestamp: '2026-11-17T10:00:00+00:00' }, { other: 1 }])
    expect(run.state()).toBe(before)
    run.progress(slice, { rows: [], checkpoint: { seen: 2 } })
    expect(run.state()).toEqual({
      note: 'kept',
      timestamp: '2026-11-18T10:00:00+00:00',
      looked_at: '2026-11-20T12:00:00+00:00',
      memory: { seen: 2 },
    })
    expect(run.state()).toBe(run.state())
    expect(run.observed).toBe(true)
  })

  it('never lets the value of the cursor field fall back', () => {
    const { run, slice } = open({ timestamp: '2026-11-19T00:00:00+00:00' })
    run.observe(slice, [{ timestamp: '2026-11-18T10:00:00+00:00' }])
    run.progress(slice, { rows: [], checkpoint: {} })
    expect(run.state()['timestamp']).toBe('2026-11-19T00:00:00+00:00')
  })

  it('reads a backfill without memory and leaves the state alone', () => {
    const state = { timestamp: '2026-11-19T00:00:00+00:00', memory: { seen: 1 } }
    const { run, slice } = open(state, { range: { from: '2026-01-01', to: '2026-01-31' } })
    expect(slice.memory).toBeUndefined()
    expect(slice.range).toEqual({ from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 1, 1) - 1_000 })
    run.progress(slice, { rows: [], checkpoint: { seen: 2 } })
    expect(run.state()).toEqual(state)
  })

  it('takes bounds from the manifest', () => {
    const { slice } = open(undefined, {}, { start_datetime: '2026-05-01', end_datetime: '2026-06-01' })
    expect(slice.range).toEqual({ from: Date.UTC(2026, 4, 1), to: Date.UTC(2026, 5, 1) })
  })

  it('tells when it was last read', () => {
    const { cursor } = open()
    expect(cursor.readAt?.({ looked_at: '2026-11-20T12:00:00+00:00' })).toBe(NOW)
    expect(cursor.readAt?.({ timestamp: '2026-11-20T12:00:00+00:00' })).toBeUndefined()
  })

  it.each([[{ memory: 'text' }], [{ memory: [1] }], [{ timestamp: 7 }]])('refuses the state %j', (state) => {
    expect(() => open(state)).toThrow(expect.objectContaining({ code: 'ERR_STATE_INVALID' }))
  })
})

describe('checkpointSlice', () => {
  it('throws for the window of another cursor', () => {
    expect(() => checkpointSlice({ values: {}, parts: {} })).toThrow(expect.objectContaining({ code: 'ERR_WINDOW' }))
    expect(() => checkpointSlice(undefined)).toThrow(expect.objectContaining({ code: 'ERR_WINDOW' }))
  })
})
