import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Stream } from '../../../../framework/components/streams/stream.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/build.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import { readVectors, type Vector, waiverOf } from '../../../vectors.ts'
import { testContext } from '../../build.ts'
import { type Input, recordOf } from '../check-vectors.ts'
import { readStream } from './read-stream.ts'
import { type Received, serveRoutes } from './scripted-server.ts'

const file = 'stream_e2e.json'
/** Streams of components that are not part of the language. */
const later = /^decoder\/(xml|iterable|json_items)/

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

interface NamedVector extends Vector {
  readonly name: string
}

const vectors = readVectors(file) as readonly NamedVector[]

/** Reads the recorded stream and compares everything that the recording tells. */
async function holdTo({ name, input, expected }: NamedVector): Promise<void> {
  const outcome = recordOf(expected)
  const context = testContext({ dialect: 'airbyte', config: recordOf(input['config']), now: epochOf(input['now']) })
  const received = serveRoutes(input['routes'] as readonly Input[])
  const build = () => buildComponent(Stream, input['stream'], context)
  if (outcome['construct_error']) {
    expect(build).toThrow()
    return
  }
  const state = (input['stream_state'] ?? undefined) as StreamState | undefined
  const reading = await readStream(build(), { context, state })
  const recorded = outcome['requests'] as readonly Input[]
  // The reference looks one partition ahead where it keeps a cursor for each; which requests are made is the same.
  const ordered = lookAhead.test(name) ? sorted : (requests: readonly unknown[]) => requests
  expect(ordered(comparable(received, recorded))).toEqual(ordered(recordedRequests(recorded)))
  expect(reading.records).toEqual(outcome['records'])
  expect(reading.state).toEqual(withElapsed(outcome['state'], reading.state))
  const { error } = outcome
  expect(reading.error !== undefined).toBe(error !== undefined)
  // Python's own exceptions have no failure type.
  if (isNode(error) && error['failure_type'] !== null) expect(reading.error?.failureType).toBe(error['failure_type'])
  // A pause of nothing after another one is the reference's own.
  expect(context.observed.waits).toEqual((outcome['sleeps'] as readonly number[]).filter((seconds) => seconds > 0))
}

describe.skipIf(vectors.length === 0)('streams as recorded', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it.each(vectors.filter(({ name, id }) => !later.test(name) && waiverOf(file, id) === undefined))('$name', (vector) => holdTo(vector))

  it.each(vectors.filter(({ id }) => waiverOf(file, id) !== undefined))('$name: the waiver is needed', async (vector) => {
    await expect(holdTo(vector)).rejects.toThrow()
  })
})
