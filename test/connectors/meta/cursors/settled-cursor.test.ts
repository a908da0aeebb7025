import { describe, expect, it } from 'vitest'
import { metaComponents } from '../../../../connectors/meta/components.ts'
import { Cursor } from '../../../../framework/components/read/cursor.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import { testContext } from '../../../framework/build.ts'

const node = {
  type: 'SettledCursor',
  after_hours: 48,
  cursor: {
    type: 'DatetimeBasedCursor',
    cursor_field: 'end_time',
    datetime_format: '%Y-%m-%dT%H:%M:%S+00:00',
    cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%S%z'],
    start_datetime: '2026-09-01T00:00:00+00:00',
    step: 'P30D',
    cursor_granularity: 'PT1S',
    lookback_window: 'P2D',
  },
}

function open(state: StreamState = {}) {
  const context = testContext({ components: metaComponents, now: Date.parse('2026-11-20T12:00:00Z') })
  return buildComponent(Cursor, node, context).open(state, { scope: {} })
}

describe('SettledCursor', () => {
  it('moves over days at rest, rows or none', () => {
    const run = open()
    const slices = [...run.slices()]
    expect(slices).toHaveLength(3)
    for (const slice of slices) run.close(slice)
    expect(run.state()).toEqual({ end_time: '2026-11-18T08:00:00+00:00' })
  })

  it('follows rows that came earlier than that', () => {
    const run = open({ end_time: '2026-11-17T08:00:00+00:00' })
    const [slice] = run.slices()
    if (!slice) throw new Error('a slice is expected')
    run.observe(slice, [{ end_time: '2026-11-19T08:00:00+00:00' }])
    run.close(slice)
    expect(run.state()).toEqual({ end_time: '2026-11-19T08:00:00+00:00' })
  })

  it('stays where it was behind a slice that failed', () => {
    const run = open()
    const [, second, third] = [...run.slices()]
    if (!second || !third) throw new Error('three slices are expected')
    run.close(second)
    run.close(third)
    expect(run.state()).toEqual({ end_time: '2026-09-01T00:00:00+00:00' })
  })

  it('does not move back', () => {
    const run = open({ end_time: '2026-11-20T08:00:00+00:00' })
    for (const slice of run.slices()) run.close(slice)
    expect(String(run.state()['end_time']) >= '2026-11-18T08:00:00+00:00').toBe(true)
  })

  it('moves over days at rest by the field that the catalog chooses, too', () => {
    const context = testContext({ components: metaComponents, now: Date.parse('2026-11-20T12:00:00Z') })
    const choosable = { ...node, cursor: { ...node.cursor, allow_catalog_defined_cursor_field: true } }
    const run = buildComponent(Cursor, choosable, context).withField?.('updated_at').open({}, { scope: {} })
    for (const slice of run?.slices() ?? []) run?.close(slice)
    expect(run?.state()).toEqual({ updated_at: '2026-11-18T08:00:00+00:00' })
  })
})
