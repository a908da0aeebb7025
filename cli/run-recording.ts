import { systemClock } from '../framework/clock.ts'
import type { DestinationReport } from '../framework/runtime/destination.ts'
import type { Item } from '../framework/runtime/items.ts'
import type { RunError, RunSummary } from '../framework/runtime/run.ts'
import type { RunLog, RunRecord, StreamRecord } from '../framework/runtime/run-log.ts'
import type { Session } from './session.ts'

/** Milliseconds between two records of a run that goes on, and how many times longer than the saving itself takes. */
const saveEvery = 10_000
const savingShare = 20

/** Keeps the record of a run up to date: when it starts, now and then when a state was committed, and when it ends. */
export interface RunRecording {
  observe(item: Item): Promise<void>
  finish(report: DestinationReport): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface RecordingOptions {
  /** undefined without a registry: nothing is recorded. */
  readonly log: RunLog | undefined
  readonly connection: string
  readonly backfill: RunRecord['backfill'] | undefined
}

const nothing: RunRecording = {
  observe: async () => undefined,
  finish: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}

export async function recordRun(session: Session, { log, connection, backfill }: RecordingOptions): Promise<RunRecording> {
  if (!log) return nothing
  const started_at = new Date(systemClock.now()).toISOString()
  let written = 0
  let savedAt = 0
  let pause = saveEvery
  let finished = false
  const save = async (status: RunRecord['status'], exit_code: number | null) => {
    const began = systemClock.monotonic()
    const { run, connector, http } = session
    const { rows, errors } = run.summary()
    const { requests, retries } = http.stats()
    const updated_at = new Date(systemClock.now()).toISOString()
    await log.save({
      ...{ run_id: run.id, connection, connector: connector.manifest.id, started_at, updated_at, status, exit_code },
      ...(backfill ? { backfill: rangeOf(backfill) } : {}),
      ...{ requests, retries, rows, rows_written: written, errors: redacted(errors.slice(0, 50), session) },
      streams: streamRecords(session, errors),
    })
    savedAt = systemClock.monotonic()
    pause = Math.max(saveEvery, savingShare * (savedAt - began))
  }
  await save('running', null)
  return {
    async observe(item) {
      const isState = item.type === 'message' && item.message.type === 'STATE'
      if (isState && systemClock.monotonic() - savedAt >= pause) await save('running', null)
    },
    async finish({ rows }) {
      written = Object.values(rows).reduce((sum, count) => sum + count, 0)
      const { status, exit_code } = session.run.summary()
      finished = true
      await save(status, exit_code)
    },
    async [Symbol.asyncDispose]() {
      // Something ended the run before it could sum up: its error goes to the terminal.
      if (!finished) await save('failed', null)
    },
  }
}

const rangeOf = ({ from, to }: NonNullable<RunRecord['backfill']>) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
})

function redacted(errors: RunSummary['errors'], { redactor }: Session): readonly RunError[] {
  return errors.map((error) => ({ ...error, message: redactor.redact(error.message) }))
}

function streamRecords({ run }: Session, errors: readonly RunError[]): readonly StreamRecord[] {
  const codes = new Map<string, Record<string, number>>()
  for (const { stream, code } of errors) {
    if (stream === undefined) continue
    const counts = codes.get(stream) ?? {}
    counts[code] = (counts[code] ?? 0) + 1
    codes.set(stream, counts)
  }
  return run.streams.map(({ name, kind, accountId, outcome, rows, slices, failedSlices, complete }) => {
    const counts = codes.get(name)
    return {
      ...{ stream: name, kind, outcome, rows, slices, failed_slices: failedSlices },
      ...(accountId === undefined ? {} : { account_id: accountId }),
      ...(complete === undefined ? {} : { complete }),
      ...(counts === undefined ? {} : { errors: counts }),
    }
  })
}
