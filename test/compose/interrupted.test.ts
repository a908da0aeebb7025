import { describe, expect, it } from 'vitest'
import { doneBefore } from '../../compose/interrupted.ts'
import type { RunLog, RunRecord } from '../../framework/runtime/ports/run-log.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const states = { posts: { at: '1' }, page: { at: '1' } }

function record(
  status: RunRecord['status'],
  streams: Readonly<Record<string, 'complete' | 'incomplete' | 'pending'>>,
  minutes = 5,
): RunRecord {
  const at = new Date(now - minutes * 60_000).toISOString()
  return {
    ...{ run_id: `run-${minutes}`, connection: 'c', connector: 'x', started_at: at, updated_at: at, status, exit_code: null },
    ...{ requests: 0, retries: 0, rows: 0, rows_written: 0, errors: [] },
    streams: Object.entries(streams).map(([stream, outcome]) => ({ stream, kind: stream, outcome, rows: 0, slices: 0, failed_slices: 0 })),
  }
}

const logOf = (...records: readonly RunRecord[]): RunLog => ({
  save: async () => undefined,
  list: async () => records,
  complete: async () => ({}),
})

const found = async (...records: readonly RunRecord[]) => {
  const { isResumed, done } = await doneBefore(logOf(...records), { connection: 'c', states, now })
  return { isResumed, done: [...done] }
}

describe('doneBefore', () => {
  it('names the streams that killed and stopped runs completed', async () => {
    const runs = [record('running', { posts: 'complete', page: 'pending' }), record('stopped', { page: 'complete' }, 10)]
    expect(await found(...runs)).toEqual({ isResumed: true, done: ['posts', 'page'] })
  })

  it('names none after a run that came to its end', async () => {
    const runs = [record('complete', { posts: 'complete' }), record('running', { page: 'complete' }, 10)]
    expect(await found(...runs)).toEqual({ isResumed: false, done: [] })
  })

  it('leaves out streams whose state was reset', async () => {
    expect(await found(record('running', { media: 'complete' }))).toEqual({ isResumed: true, done: [] })
  })

  it('reads again what was read more than an hour ago', async () => {
    expect(await found(record('running', { posts: 'complete' }, 61))).toEqual({ isResumed: false, done: [] })
  })

  it('has nothing to resume without runs', async () => {
    expect(await found()).toEqual({ isResumed: false, done: [] })
  })
})
