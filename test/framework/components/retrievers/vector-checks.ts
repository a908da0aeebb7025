import { isDeepStrictEqual } from 'node:util'
import nock from 'nock'
import { Stream } from '../../../../framework/components/read/stream.ts'
import { ConnectorError } from '../../../../framework/errors.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/definition/build.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import type { Vector } from '../../../vectors.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, recordOf } from '../check-vectors.ts'
import { readStream } from './read-stream.ts'
import { type Received, serveRoutes } from './scripted-server.ts'

const file = 'stream_e2e.json'

const lookAhead = /^incremental\/substream/

/** What was sent, in the form of the recording: only the headers that it knows. */
function comparable(received: readonly Received[], recorded: readonly Input[]): readonly unknown[] {
  return received.map(({ method, url, headers, body }, index) => {
    const known = Object.keys(recordOf(recorded[index]?.['headers']))
    return { method, url: canonical(url), headers: known.map((name) => headers[name.toLowerCase()]), body: parsed(body) }
  })
}

function recordedRequests(recorded: readonly Input[]): readonly unknown[] {
  return recorded.map(({ method, url, headers, body }) => ({
    method,
    url: canonical(String(url)),
    headers: Object.values(recordOf(headers)).map(String),
    body: parsed(body),
  }))
}

function canonical(url: string): unknown {
  const { origin, pathname, searchParams } = new URL(url)
  return { address: origin + pathname, query: [...searchParams] }
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return null
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

function sorted(requests: readonly unknown[]): readonly unknown[] {
  return requests.map((request) => JSON.stringify(request)).sort()
}

/** Epoch milliseconds with the microseconds as fraction, which Date.parse drops. */
function epochOf(moment: unknown): number {
  const micro = /\.\d{3}(\d{3})Z$/.exec(String(moment))?.[1] ?? '0'
  return Date.parse(String(moment)) + Number(micro) / 1000
}

/** The recording says "seconds it took" where ours took none. */
function withElapsed(recorded: unknown, actual: StreamState | undefined): unknown {
  if (!isNode(recorded) || typeof recorded['lookback_window'] !== 'string') return recorded
  return { ...recorded, lookback_window: actual?.['lookback_window'] }
}

type NamedVector = Vector & { readonly name: string }

/** Reads a recorded stream and names the first thing in which it differs: requests, records, state, failure or waits. */
async function judge(vector: Vector): Promise<string | undefined> {
  try {
    return await compareStream(vector as NamedVector)
  } finally {
    nock.cleanAll()
  }
}

async function compareStream({ name, input, expected }: NamedVector): Promise<string | undefined> {
  const outcome = recordOf(expected)
  const context = testContext({ dialect: 'airbyte', config: recordOf(input['config']), now: epochOf(input['now']) })
  const received = serveRoutes(input['routes'] as readonly Input[])
  const stream = attempt(() => buildComponent(Stream, input['stream'], context))
  if (outcome['construct_error']) return stream ? 'was built, which the reference refuses' : undefined
  if (!stream) return 'was not built'
  const state = (input['stream_state'] ?? undefined) as StreamState | undefined
  const reading = await readStream(stream, { context, state })
  const recorded = outcome['requests'] as readonly Input[]
  // The reference looks one partition ahead where it keeps a cursor for each; which requests are made is the same.
  const ordered = lookAhead.test(name) ? sorted : (requests: readonly unknown[]) => requests
  const error = isNode(outcome['error']) ? outcome['error'] : undefined
  // Python's own exceptions have no failure type.
  const typed = typeof error?.['failure_type'] === 'string'
  return firstDifference([
    ['requests', ordered(recordedRequests(recorded)), ordered(comparable(received, recorded))],
    ['records', outcome['records'], reading.records],
    ['state', withElapsed(outcome['state'], reading.state), reading.state],
    ['failure', typed ? error['failure_type'] : error !== undefined, typed ? reading.error?.failureType : reading.error !== undefined],
    // A pause of nothing after another one is the reference's own.
    ['waits', (outcome['sleeps'] as readonly number[]).filter((seconds) => seconds > 0), context.observed.waits],
  ])
}

function attempt<T>(build: () => T): T | undefined {
  try {
    return build()
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return undefined
    throw thrown
  }
}

function firstDifference(parts: readonly (readonly [what: string, expected: unknown, actual: unknown])[]): string | undefined {
  const plain = (value: unknown) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
  const found = parts.find(([, expected, actual]) => !isDeepStrictEqual(plain(expected), plain(actual)))
  return found && `${found[0]}: expected ${JSON.stringify(found[1])}, got ${JSON.stringify(found[2])}`
}

/** Whole streams against a scripted server. */
export const checks: readonly Check[] = [{ file, component: '*', judge }]
