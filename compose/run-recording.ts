import { defined } from '../framework/defined.ts'
import type { Item } from '../framework/runtime/ports/items.ts'
import type { RunError, RunSummary } from '../framework/runtime/ports/run.ts'
import type { RunLog, RunRecord, StreamRecord } from '../framework/runtime/ports/run-log.ts'
import type { ReadResult } from './read-result.ts'
import type { Session } from './session.ts'
import { changedRows, type Written } from './written.ts'

/** Milliseconds between two records of a run in progress, and how many times longer than the saving itself takes. */
const saveEvery = 10_000
const savingShare = 20
/** The same where a stream of many came to its end: if the run is killed, the next one need not read it again. */
const endShare = 4
/** Ends of so few streams are all recorded: nothing more is asked for before. */
const few = 500
/** Errors kept with a run. */
const listed = 50

/** Keeps the record of a run up to date: when it starts, now and then when a state was committed, and when it ends. */
export interface RunRecording {
  observe(item: Item): Promise<void>
  /** Called once, however the run ended. */
  finish(result: ReadResult, written: Written): Promise<void>
}

export interface RecordingOptions {
  /** undefined without a registry: nothing is recorded. */
  readonly log: RunLog | undefined
  readonly connection: string
  readonly backfill: RunRecord['backfill'] | undefined
}

type End = Pick<RunRecord, 'status' | 'exit_code' | 'rows_written' | 'rows_inserted' | 'rows_updated' | 'errors' | 'drift'>

const NONE = { inserted: 0, updated: 0 }
const nothing: RunRecording = { observe: async () => undefined, finish: async () => undefined }

export async function recordRun(session: Session, { log, connection, backfill }: RecordingOptions): Promise<RunRecording> {
  if (!log) return nothing
  const { run, connector, http, clock } = session
  const started_at = new Date(clock.now()).toISOString()
  let savedAt = 0
  let taken = 0
  const save = async (end: End, written?: Written) => {
    const began = clock.monotonic()
    const { rows } = run.summary()
    const { requests, retries } = http.stats()
    const updated_at = new Date(clock.now()).toISOString()
    await log.save({
      ...{ run_id: run.id, connection, connector: connector.manifest.id, started_at, updated_at },
      ...(backfill ? { backfill: rangeOf(backfill) } : {}),
      ...{ requests, retries, rows, ...end },
      streams: streamRecords(session, written),
    })
    savedAt = clock.monotonic()
    taken = savedAt - began
  }
  const saveRunning = () => {
    const errors = run.summary().errors.slice(0, listed)
    return save({ status: 'running', exit_code: null, rows_written: 0, errors: redacted(errors, session) })
  }
  await saveRunning()
  return {
    async observe(item) {
      const elapsed = clock.monotonic() - savedAt
      const isDue = isStreamEnd(item)
        ? run.streams.length <= few || elapsed >= taken * endShare
        : isState(item) && elapsed >= Math.max(saveEvery, taken * savingShare)
      if (isDue) await saveRunning()
    },
    finish: ({ summary: { status, exit_code, rows_written, rows_inserted, rows_updated, errors, drift } }, written) => {
      const counts = { rows_written, rows_inserted, rows_updated }
      return save({ status, exit_code, ...counts, errors: errors.slice(0, listed), ...defined({ drift }) }, written)
    },
  }
}

const isState = (item: Item): boolean => item.type === 'message' && item.message.type === 'STATE'

function isStreamEnd(item: Item): boolean {
  if (item.type !== 'message' || item.message.type !== 'TRACE' || item.message.trace.type !== 'STREAM_STATUS') return false
  return item.message.trace.stream_status.status === 'COMPLETE'
}

const rangeOf = ({ from, to }: NonNullable<RunRecord['backfill']>) => ({
  ...defined({ from, to }),
})

function redacted(errors: RunSummary['errors'], { redactor }: Session): readonly RunError[] {
  return errors.map((error) => ({ ...error, message: redactor.redact(error.message) }))
}

function streamRecords({ run, http }: Session, written: Written | undefined): readonly StreamRecord[] {
  return run.streams.map(({ name, kind, accountId, outcome, rows, slices, failedSlices, complete }) => {
    const errors = run.errorCodes.get(name)
    return {
      ...{ stream: name, kind, outcome, calls: http.calls.get(name) ?? 0, rows },
      ...(written ? { rows_written: written.rows[name] ?? 0, ...changedRows([written.changes[name] ?? NONE]) } : {}),
      ...{ slices, failed_slices: failedSlices },
      ...defined({ account_id: accountId, complete, errors }),
    }
  })
}
