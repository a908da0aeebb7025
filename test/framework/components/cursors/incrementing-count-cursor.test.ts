import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../../framework/components/read/cursor.ts'
import { parseJson as parseExactJson } from '../../../../framework/http/json.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row, StreamState } from '../../../../framework/protocol/messages.ts'
import { stateText } from '../../../../framework/protocol/number-literals.ts'
import { testContext } from '../../build.ts'

const build = (fields: object = {}) => {
  const context = testContext({ config: { from: 3 } })
  return { context, cursor: buildComponent(Cursor, { type: 'IncrementingCountCursor', cursor_field: 'id', ...fields }, context) }
}
const open = (state?: StreamState, fields: object = {}) => build(fields).cursor.open(state, { scope: {} })

describe('IncrementingCountCursor', () => {
  it.each([
    ['zero by default', {}, undefined, 0],
    ['the configured value', { start_value: '{{ config.from }}' }, undefined, 3],
    ['the state', { start_value: 1 }, { id: '12' }, 12],
    ['the configured value when the state is below', { start_value: 20 }, { id: 12 }, 20],
  ])('starts from %s', (_, fields, state, start) => {
    expect([...open(state, fields).slices()].map(({ values }) => values)).toEqual([{ start, end: Number.POSITIVE_INFINITY }])
  })

  it('sends the start where it is configured', () => {
    const start_value_option = { inject_into: 'request_parameter', field_name: 'after' }
    expect([...open({ id: 7 }, { start_value_option }).slices()].map(({ parts }) => parts)).toEqual([{ params: { after: '7' } }])
  })

  it('advances to the highest number once the slice is closed, and never back', () => {
    const run = open({ id: 5, other: true })
    const [slice] = run.slices()
    if (!slice) throw new Error('a slice is expected')
    run.observe(slice, [{ id: 3 }, { id: '9' }, { id: 8 }])
    expect(run.state()).toEqual({ id: 5, other: true })
    run.close(slice)
    expect(run.state()).toEqual({ id: 9, other: true })
    expect(run.observed).toBe(true)
    const lower = open({ id: 5 })
    lower.observe(slice, [{ id: 3 }])
    lower.close(slice)
    expect(lower.state()).toEqual({ id: 5 })
  })

  it.each([
    ['as a number', '{"id":9007199254740993}'],
    ['as the text of an earlier version', '{"id":"9007199254740993"}'],
  ])('resumes at the exact place beyond 2^53 with the state %s', (_form, text) => {
    const start_value_option = { inject_into: 'request_parameter', field_name: 'after' }
    const run = open(parseExactJson(text) as StreamState, { start_value_option })
    const [slice] = run.slices()
    if (!slice) throw new Error('a slice is expected')
    expect([slice.values['start'], slice.parts]).toEqual(['9007199254740993', { params: { after: '9007199254740993' } }])
    const rows = ['9007199254740992', '9007199254740993', '9007199254740994'].map((id) => parseExactJson(`{"id":${id}}`) as Row)
    expect(rows.map((row) => run.keep(row))).toEqual([false, true, true])
    run.observe(slice, rows.toReversed())
    run.close(slice)
    expect(stateText(run.state())).toBe('{"id":9007199254740994}')
    expect(stateText(open(run.state()).state())).toBe('{"id":9007199254740994}')
  })

  it('orders values beyond 2^53 exactly in both forms', () => {
    const { cursor } = build()
    expect(cursor.compare('9007199254740993', 9007199254740994n)).toBe(-1)
    expect(cursor.compare('9007199254740994', '9007199254740993')).toBe(1)
    expect(cursor.compare('9007199254740993', 9007199254740993n)).toBe(0)
    expect(cursor.rewrite('9007199254740993')).toBe('9007199254740993')
  })

  it('skips what is not a number and says so once', () => {
    const { cursor, context } = build()
    const run = cursor.open({ id: 5 }, { scope: {} })
    expect([{ id: 4 }, { id: 5 }, { id: 'x' }, {}].map((row) => run.keep(row))).toEqual([false, true, true, true])
    expect(context.observed.findings).toHaveLength(1)
  })

  it('leaves the state alone during a backfill', () => {
    const run = build().cursor.open({ id: 5 }, { scope: {}, range: {} })
    const [slice] = run.slices()
    if (!slice) throw new Error('a slice is expected')
    run.observe(slice, [{ id: 9 }])
    run.close(slice)
    expect([slice.values['start'], run.state()]).toEqual([0, { id: 5 }])
  })

  it('refuses a start that is not an integer', () => {
    expect(() => open(undefined, { start_value: 'first' })).toThrow('start_value must be an integer, found first')
  })
})
