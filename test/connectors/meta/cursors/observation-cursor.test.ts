import { describe, expect, it } from 'vitest'
import { metaComponents } from '../../../../connectors/meta/components.ts'
import { Cursor } from '../../../../framework/components/read/cursor.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import { testContext } from '../../../framework/build.ts'

const build = (fields: object = {}) => {
  const context = testContext({ components: metaComponents, now: Date.parse('2026-11-20T15:00:00Z') })
  return { context, cursor: buildComponent(Cursor, { type: 'ObservationCursor', cursor_field: 'end_time', ...fields }, context) }
}
const today = '2026-11-20T00:00:00+00:00'
const isDue = (state: StreamState | undefined, fields: object = {}) =>
  [...build(fields).cursor.open(state, { scope: {} }).slices()].length > 0

describe('ObservationCursor', () => {
  it.each([
    ['never', undefined, true],
    ['yesterday', { end_time: '2026-11-19T00:00:00+00:00' }, true],
    ['today', { end_time: today }, false],
  ])('observes once a day: last time %s', (_, state, due) => {
    expect(isDue(state)).toBe(due)
  })

  it.each([
    ['2026-11-13T00:00:00+00:00', true],
    ['2026-11-14T00:00:00+00:00', false],
  ])('observes every seven days on request: last time %s', (end_time, due) => {
    expect(isDue({ end_time }, { every_days: '{{ 7 }}' })).toBe(due)
  })

  it('observes at every read on request', () => {
    expect(isDue({ end_time: today }, { every_days: '{{ 0 }}' })).toBe(true)
  })

  it('moves its state when the day is done, rows or none', () => {
    const run = build().cursor.open({ end_time: '2026-11-18T00:00:00+00:00', kept: 1 }, { scope: {} })
    const [slice] = run.slices()
    if (!slice) throw new Error('a slice is expected')
    expect(run.state()).toEqual({ end_time: '2026-11-18T00:00:00+00:00', kept: 1 })
    expect(run.observed).toBe(false)
    run.close(slice)
    expect(run.state()).toEqual({ end_time: today, kept: 1 })
  })

  it('brings a state from the future back to today, with a warning', () => {
    const { cursor, context } = build()
    expect([...cursor.open({ end_time: '2027-01-01T00:00:00+00:00' }, { scope: {} }).slices()]).toEqual([])
    expect(context.observed.findings).toMatchObject([{ severity: 'warning', error: { code: 'ERR_STATE_IN_FUTURE' } }])
  })

  it('refuses a state that is not a time', () => {
    expect(() => isDue({ end_time: 'soon' })).toThrow(/"soon" is not a time/)
  })

  it('has nothing to read in a backfill', () => {
    const run = build().cursor.open({}, { scope: {}, range: { from: '2026-01-01' } })
    expect([...run.slices()]).toEqual([])
  })

  it.each([-1, 1.5, "'often'"])('refuses an interval of %s', (days) => {
    expect(() => build({ every_days: `{{ ${days} }}` })).toThrow(/whole number of 0 or more/)
  })

  it('compares and writes days', () => {
    const { cursor } = build()
    expect(cursor.compare('2026-11-19T00:00:00+00:00', today)).toBeLessThan(0)
    expect(cursor.rewrite('2026-11-20T00:00:00Z')).toBe(today)
  })
})
