import { systemClock } from '../framework/clock.ts'
import { asConnectorError, type ConnectorError, StoppedError } from '../framework/errors.ts'
import { createRedactor } from '../framework/http/redaction/redaction.ts'
import { runSignal } from '../framework/run-signal.ts'
import type { Item } from '../framework/runtime/ports/items.ts'
import { describeError } from '../framework/runtime/ports/run.ts'
import type { CatalogMatch } from '../framework/runtime/read/catalog-match.ts'
import { deliver } from '../framework/runtime/read/deliver.ts'
import { observeDrift } from '../framework/runtime/read/observe-drift.ts'
import { startedOver } from '../framework/runtime/read/plan-writes.ts'
import { read as readStreams } from '../framework/runtime/read/read.ts'
import { closing } from './closing.ts'
import { openDrift } from './drift.ts'
import { exitCodeOf } from './exit-code.ts'
import { fitStates } from './fit-states.ts'
import { doneBefore, type Interrupted, notInterrupted } from './interrupted.ts'
import type { ReadObserver, ReadRequest } from './read-request.ts'
import { type ReadResult, readResult, unopened } from './read-result.ts'
import { type OpenState, openOutput, openState, outputsOf, readCatalog, readOptions } from './read-setup.ts'
import { type RunRecording, recordRun } from './run-recording.ts'
import { newRunId, openSession, type Session } from './session.ts'
import { checkOutputs, choicesOf, planRead, reportReplaced } from './writes.ts'
import { NOTHING_WRITTEN, type Written, writtenTo } from './written.ts'

/** A read and, when something ended it before its end, what that was. */
export interface PerformedRead {
  readonly result: ReadResult
  readonly failure: ConnectorError | undefined
}

/**
 * Runs a whole read: opens the connector, takes the lease of the state, discovers, reads every stream into the output, commits states
 * and records the run. Rejects for nothing: what went wrong stands in `errors`, and `success` is false. Errors of single accounts do
 * not end the read. A read that was stopped (`signal`, `deadline`, `maxRequests`) continues where it was when it is run again.
 */
export async function read(request: ReadRequest, observer: ReadObserver = {}): Promise<ReadResult> {
  const { result, failure } = await performRead(request, observer)
  // A bug: its stack is of use to nobody but those who look for it.
  if (failure?.code === 'ERR_UNEXPECTED') request.logger?.log('error', failure.message, { stack: failure.stack })
  return result
}

/** The same with the error as it was thrown, for those who show it. */
export async function performRead(request: ReadRequest, observer: ReadObserver = {}): Promise<PerformedRead> {
  const { clock = systemClock, redactor = createRedactor(), runId = newRunId(clock) } = request
  let session: Session
  try {
    session = await openSession({ ...request, clock, redactor, runId })
  } catch (thrown) {
    return failedRead(request.connector, thrown, { redactor, runId })
  }
  try {
    return await new Reading(session, request, observer).run()
  } finally {
    session.close()
  }
}

/** A read that ended before there was anything to read with: its result says why. */
export function failedRead(
  connector: string,
  thrown: unknown,
  { redactor = createRedactor(), runId = newRunId(systemClock) }: Pick<ReadRequest, 'redactor' | 'runId'> = {},
): PerformedRead {
  const failure = asConnectorError(thrown)
  const { message, ...error } = describeError(failure)
  const described = { ...error, message: redactor.redact(message) }
  return { result: unopened(connector, runId, { failure: described, exit_code: exitCodeOf(failure) }), failure }
}

/** One read from the lease of its state to its result. */
class Reading {
  readonly #session: Session
  readonly #request: ReadRequest
  readonly #observer: ReadObserver
  readonly #connection: string
  #catalog: CatalogMatch | undefined
  #written: () => Written = () => NOTHING_WRITTEN
  #failure: ConnectorError | undefined
  #interrupted: Interrupted = notInterrupted

  constructor(session: Session, request: ReadRequest, observer: ReadObserver) {
    this.#session = session
    this.#request = request
    this.#observer = observer
    this.#connection = request.connection ?? session.product
  }

  async run(): Promise<PerformedRead> {
    await this.#guard(() => this.#withState())
    return { result: this.#result(), failure: this.#failure }
  }

  /** What ended the read first is what counts; what fails after it is only reported. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      const error = asConnectorError(thrown)
      if (this.#failure) this.#session.report.log('error', error.message, { code: error.code })
      else this.#failure = error
    }
  }

  #result(): ReadResult {
    return readResult({
      session: this.#session,
      connection: this.#connection,
      catalog: this.#catalog,
      written: this.#written(),
      failure: this.#failure,
    })
  }

  async #withState(): Promise<void> {
    const state = await openState(this.#session, this.#request)
    await closing(state, this.#session.report, async () => {
      const backfill = readOptions(this.#session, state, this.#request).range
      // A platform that hands in states may do so after a kill.
      if (!state.runs) this.#interrupted = { ...notInterrupted, isResumed: Object.keys(state.streams).length > 0 }
      else {
        const { connection, runs, streams: states } = state
        this.#interrupted = await doneBefore(runs, { connection, states, now: this.#session.clock.now() })
      }
      const recording = await recordRun(this.#session, { log: state.runs, connection: state.connection, backfill })
      await this.#guard(() => this.#pipeline(state, recording))
      await recording.finish(this.#result(), this.#written())
    })
  }

  async #pipeline(given: OpenState, recording: RunRecording): Promise<void> {
    const session = this.#session
    const { write, format } = this.#request
    const ability = checkOutputs(outputsOf(session, this.#request), { write, format, choices: choicesOf(this.#request) })
    const found = await readCatalog(session, this.#request)
    // A backfill does not use the states of regular reads.
    const isBackfill = readOptions(session, given, this.#request).range !== undefined
    const { catalog, streams } = isBackfill
      ? { catalog: found, streams: given.streams }
      : await fitStates(session, { catalog: found, state: given }, this.#request.unknownState)
    const state = { ...given, streams }
    this.#catalog = catalog
    await this.#observer.opened?.(session, catalog)
    const drift = await openDrift(session, { catalog, connection: state.connection }, this.#request)
    await closing(drift, session.report, async () => {
      // Whoever fails behind the source says so at once: the source may be waiting, and would only be told when it comes back.
      const over = new AbortController()
      const giveUp = () => over.abort(new StoppedError('ERR_OUTPUT_CLOSED', 'the destination stopped accepting records'))
      const plan = planRead(session, { catalog: drift.catalog, state, ability }, this.#request)
      const planned = { ...drift.catalog, streams: plan.streams }
      const destination = await openOutput(session, { catalog: planned, state: given, giveUp }, this.#request)
      this.#written = () => writtenTo(destination, session.run.streams)
      await closing(destination, session.report, async () => {
        const signal = runSignal(session.signal, over.signal)
        const refreshes = startedOver(plan.refreshes, destination.lost(plan.streams.map(({ info }) => info)))
        const own = { refreshes, signal, waitForStates: destination.prompt, ...this.#interrupted }
        const rows = readStreams(planned, { ...readOptions(session, state, this.#request), ...own })
        const items = observeDrift(rows, drift.watch, session.report)
        try {
          for await (const item of deliver(items, { destination, lease: state.lease, giveUp })) {
            await this.#follow(item, recording).catch((thrown: unknown) => {
              giveUp()
              throw thrown
            })
          }
        } finally {
          // After a failure the stages above left without it: what it was doing is over before anything is summed up.
          await rows.return(undefined)
          reportReplaced(session.report, destination.report())
        }
      })
    })
  }

  async #follow(item: Item, recording: RunRecording): Promise<void> {
    this.#observer.item?.(item)
    await recording.observe(item)
    if (item.type === 'message' && item.message.type === 'TRACE') item.onKept?.()
  }
}
