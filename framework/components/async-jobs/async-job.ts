import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { AuthenticationError, asConnectorError, ConnectorError, RateLimitError, StoppedError } from '../../errors.ts'
import type { Reporter } from '../../report.ts'
import { toText } from '../../template/python/text.ts'
import type { Decoder } from '../decoders/decoder.ts'
import type { RecordExtractor } from '../read/extractor.ts'
import { combineParts } from '../read/request-parts.ts'
import type { RequestContext, Requester, RequestParts } from '../read/requester.ts'
import { type StreamSlice, sliceScope } from '../read/retriever.ts'
import { type JobResponse, responseView, withEarlierName, withExtra } from './job-responses.ts'
import type { JobStatuses } from './job-statuses.ts'

const POLL_EVERY_MS = 5_000
const MAX_ATTEMPTS = 3

export interface JobParts {
  readonly creation: Requester
  readonly polling: Requester
  readonly abort: Requester | undefined
  readonly remove: Requester | undefined
  /** Of everything but the download. */
  readonly decoder: Decoder
  readonly status: RecordExtractor
  readonly statuses: JobStatuses
  /** A job that is still running then is given up. */
  readonly timeoutMs: number
  /** Waited before a job that the source failed is created again. */
  readonly afterFailureMs: number
  /** The request that creates the job carries the options of partition and cursor. */
  readonly injects: boolean
  /** Templates also see the names of early 2025. */
  readonly earlierNames: boolean
  readonly clock: Clock
  readonly report: Reporter
}

export interface JobRequest {
  readonly slice: StreamSlice
  readonly stream: string
  readonly signal?: AbortSignal | undefined
}

/** A job whose result waits to be downloaded. */
export interface FinishedJob {
  /** With `creation_response` and `polling_response` for templates. */
  readonly slice: StreamSlice
  readonly polled: JobResponse
}

type Outcome =
  | { readonly status: 'completed'; readonly job: FinishedJob }
  | { readonly status: 'skipped' }
  | { readonly status: 'failed' | 'timeout' }
  | { readonly status: 'not created'; readonly cause: ConnectorError }

/**
 * Creates the job of a slice and polls it until it is done; undefined when the source has no data for it. A job that fails, times out
 * or cannot be created is created again, three times in all. Throws ERR_ASYNC_JOB_FAILED after that, ERR_ASYNC_STATUS_UNKNOWN, and what
 * requests throw.
 */
export async function runJob(parts: JobParts, request: JobRequest): Promise<FinishedJob | undefined> {
  const failures: Outcome[] = []
  for (;;) {
    const outcome = await attempt(parts, request)
    if (outcome.status === 'completed') return outcome.job
    if (outcome.status === 'skipped') return undefined
    failures.push(outcome)
    if (failures.length >= MAX_ATTEMPTS) throw failedFor(request, failures)
    parts.report.log('warn', `the job of slice ${sliceText(request.slice)} is created again: ${outcome.status}`, { stream: request.stream })
    await pause(parts, POLL_EVERY_MS + (outcome.status === 'failed' ? parts.afterFailureMs : 0), request)
  }
}

/** Tells the source that a job and its result are no longer needed. That it did not listen is a warning: the records are here. */
export async function removeJob(parts: JobParts, job: FinishedJob, request: JobRequest): Promise<void> {
  await bestEffort(parts, parts.remove, { ...request, slice: job.slice })
}

async function attempt(parts: JobParts, request: JobRequest): Promise<Outcome> {
  const created = await create(parts, request)
  if (created instanceof ConnectorError) return { status: 'not created', cause: created }
  const known = withExtra(request.slice, { creation_response: responseView(created, parts.creation.method) })
  const slice = parts.earlierNames ? withEarlierName(known, 'create_job_response', created) : known
  const job = { ...request, slice }
  try {
    const outcome = await follow(parts, job)
    if (outcome.status === 'timeout') await bestEffort(parts, parts.abort, job)
    return outcome
  } catch (thrown) {
    if (!(thrown instanceof StoppedError)) await bestEffort(parts, parts.abort, job)
    throw thrown
  }
}

/** An error that another attempt may heal is returned. */
async function create(parts: JobParts, request: JobRequest): Promise<JobResponse | ConnectorError> {
  const { partition, window } = request.slice
  try {
    return await send(parts, parts.creation, {
      ...request,
      parts: parts.injects ? combineParts([partition.parts, window?.parts ?? {}]) : {},
    })
  } catch (thrown) {
    const error = asConnectorError(thrown)
    const final = error instanceof StoppedError || error instanceof AuthenticationError || error instanceof RateLimitError
    if (final || error.failureType === 'config_error') throw thrown
    return error
  }
}

/** Polls until the job is over. */
async function follow(parts: JobParts, job: JobRequest): Promise<Outcome> {
  const { clock, status, statuses, timeoutMs, earlierNames } = parts
  const end = clock.monotonic() + timeoutMs
  for (;;) {
    const polled = await send(parts, parts.polling, job)
    const word = toText(status.extract(polled.body)[0] ?? null)
    const meaning = statuses.meaning(word)
    if (meaning === undefined) throw unknownStatus(word, statuses)
    if (meaning === 'completed') {
      const known = withExtra(job.slice, { polling_response: responseView(polled, parts.polling.method) })
      const slice = earlierNames ? withEarlierName(known, 'polling_job_response', polled) : known
      return { status: meaning, job: { slice, polled } }
    }
    if (meaning !== 'running') return { status: meaning }
    if (clock.monotonic() >= end) return { status: 'timeout' }
    await pause(parts, POLL_EVERY_MS, job)
  }
}

interface Sending extends JobRequest {
  readonly parts?: RequestParts
}

/** Sends one of the job's requests. Throws for an answer that the manifest ignores: there is nothing to continue with. */
export async function send(
  { decoder }: Pick<JobParts, 'decoder'>,
  requester: Requester,
  { slice, stream, signal, parts = {} }: Sending,
): Promise<JobResponse> {
  const scope = { ...slice.partition.extra, ...sliceScope(slice), next_page_token: null }
  const context: RequestContext = { scope, parts, stream, ...defined({ signal }) }
  const { response, resolution } = await requester.send(context)
  if (resolution.action === 'ignore' || response.status >= 400) {
    const message = `${requester.method} ${requester.url(context)} was answered with HTTP ${response.status}; the job cannot continue without this request`
    throw new ConnectorError('ERR_ASYNC_JOB_ANSWER', message)
  }
  for await (const [body] of decoder.decode(response)) return { response, body }
  return { response, body: {} }
}

/** A request that nothing depends on. */
async function bestEffort(parts: JobParts, requester: Requester | undefined, job: JobRequest): Promise<void> {
  if (!requester) return
  try {
    await send(parts, requester, job)
  } catch (thrown) {
    if (thrown instanceof StoppedError) throw thrown
    parts.report.finding({ severity: 'warning', error: asConnectorError(thrown) })
  }
}

/** Meanwhile other streams may use the room of this one. */
async function pause({ clock, report }: JobParts, ms: number, { stream, signal }: JobRequest): Promise<void> {
  report.waiting({ stream })
  try {
    await clock.sleep(ms, signal)
  } finally {
    report.resumed({ stream })
  }
}

function unknownStatus(word: string, { words }: JobStatuses): ConnectorError {
  const message = `the source says '${word}' about a job, which status_mapping does not know; known: ${words.join(', ')}`
  return new ConnectorError('ERR_ASYNC_STATUS_UNKNOWN', message)
}

function failedFor({ slice, stream }: JobRequest, failures: readonly Outcome[]): ConnectorError {
  const last = failures.findLast((outcome) => outcome.status === 'not created')
  const reason = last?.status === 'not created' ? `: ${last.cause.message}` : ''
  const message = `the job of slice ${sliceText(slice)} of stream '${stream}' failed ${failures.length} times (${failures
    .map(({ status }) => status)
    .join(', ')})${reason}`
  const cause = last?.status === 'not created' ? { cause: last.cause } : {}
  return new ConnectorError('ERR_ASYNC_JOB_FAILED', message, cause)
}

function sliceText({ partition, window }: StreamSlice): string {
  return JSON.stringify({ ...partition.values, ...window?.values })
}
