import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { components } from '../../framework/components/index.ts'
import type { StreamSlice } from '../../framework/components/read/retriever.ts'
import type { Stream } from '../../framework/components/read/stream.ts'
import { isNode } from '../../framework/manifest/definition/build.ts'
import type { Config, Services } from '../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { createShared } from '../../framework/manifest/definition/shared.ts'
import { loadManifest, type Manifest } from '../../framework/manifest/manifest.ts'
import type { Row, StreamState } from '../../framework/protocol/messages.ts'
import { silentReporter } from '../../framework/report.ts'
import { bindStreams } from '../../framework/runtime/assembly/bound-stream.ts'
import { buildManifest } from '../../framework/runtime/assembly/build-manifest.ts'
import { describeStreams } from '../../framework/runtime/assembly/describe-streams.ts'
import { Run } from '../../framework/runtime/ports/run.ts'
import { read } from '../../framework/runtime/read/read.ts'
import { createRunReporter } from '../../framework/runtime/read/run-reporter.ts'
import { cassetteClient, type Exchange, sorted, textOf } from './cassette-client.ts'
import { catalogFacts } from './catalog-facts.ts'

/** One stream of a real manifest as the reference read it from a synthetic server. */
export interface Cassette {
  readonly connector: string
  readonly config: Config
  readonly now: string
  readonly stream: string
  readonly max_partitions: number
  /** Only the first `max_partitions` slices were read. */
  readonly truncated: boolean
  readonly exchanges: readonly Exchange[]
  readonly expected: {
    readonly catalog: Readonly<Record<string, unknown>>
    readonly slices: readonly { readonly partition: unknown; readonly cursor_slice: unknown; readonly extra_fields: unknown }[]
    readonly records: readonly { readonly data: Row }[]
    readonly state: StreamState
  }
}

export function readCassettes(vectors: string): readonly Cassette[] {
  const file = join(vectors, 'corpus/cassettes.jsonl.gz')
  if (!existsSync(file)) return []
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Cassette)
}

const manifests = new Map<string, Manifest>()

function manifestOf(connector: string, corpus: string): Manifest {
  const file = join(corpus, `${connector}.yaml`)
  const known = manifests.get(file) ?? loadManifest({ file, text: readFileSync(file, 'utf8') })
  manifests.set(file, known)
  return known
}

const language = createLanguage(components)

/** Everything about the stream that differs from the recording; none when it is the same. */
export async function replay(cassette: Cassette, corpus: string): Promise<readonly string[]> {
  const client = cassetteClient(cassette.exchanges)
  const services = servicesOf(cassette, client)
  const manifest = manifestOf(cassette.connector, corpus)
  const only = manifest.streams.filter((node) => isNode(node) && node['name'] === cassette.stream).map(asRecorded)
  const { streams, broken } = buildManifest(
    { ...manifest, streams: only, dynamicStreams: only.length > 0 ? [] : manifest.dynamicStreams },
    { language, config: cassette.config, services },
  )
  const stream = streams.find(({ name }) => name === cassette.stream)
  if (!stream) return [`not built: ${broken[0]?.error.message ?? 'there is no such stream'}`]
  const reading = await readStream(stream, services, cassette)
  const [recorded, sent] = [requestsOf(cassette), grouped(client.sent)]
  return [
    ...difference('error', null, reading.error ?? null),
    ...difference('catalog', cassette.expected.catalog, reading.catalog),
    ...difference('slices', cassette.expected.slices, reading.slices),
    ...difference('requests', alike(recorded, sent, cassette), alike(sent, recorded, cassette)),
    ...difference(
      'records',
      cassette.expected.records.map(({ data }) => data),
      reading.rows,
    ),
    ...difference('state', cassette.expected.state, withElapsed(reading.state, cassette.expected.state)),
  ]
}

/**
 * A list of routers was bypassed while recording, in parents as well: such a stream was read as one whole. The reference itself
 * reads the product of the routers, as its vectors for routers and a run of it show. The rest is replayed as it was recorded.
 */
function asRecorded(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asRecorded)
  if (!isNode(node)) return node
  const entries = Object.entries(node).filter(([key, value]) => key !== 'partition_router' || !Array.isArray(value))
  return Object.fromEntries(entries.map(([key, value]) => [key, key === 'schema' ? value : asRecorded(value)]))
}

function difference(what: string, expected: unknown, actual: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(sorted(expected)), JSON.stringify(sorted(actual))]
  if (left === right) return []
  let at = 0
  while (left[at] === right[at]) at++
  const from = Math.max(0, at - 80)
  return [`${what}: expected …${left.slice(from, at + 160)}… got …${right.slice(from, at + 160)}…`]
}

type Requests = Readonly<Record<string, readonly string[]>>

/** Requests by stream, in order; logins are shared by the streams of a run here, so each counts once. */
function grouped(requests: readonly { readonly stream: string; readonly text: string }[]): Requests {
  const groups: Record<string, string[]> = {}
  for (const { stream, text } of requests) {
    const isLogin = stream.startsWith('<') || stream.endsWith('_login_requester')
    const name = isLogin ? '<login>' : stream
    const list = groups[name] ?? []
    groups[name] = list
    if (!isLogin || !list.includes(text)) list.push(text)
  }
  return groups
}

/** Where a recording ends in the middle of a stream, its parents may have been read further there or here. */
function alike(requests: Requests, other: Requests, cassette: Cassette): Requests {
  if (!isCut(cassette)) return requests
  const cut = ([stream, list]: [string, readonly string[]]) =>
    stream === cassette.stream ? [stream, list] : [stream, list.slice(0, other[stream]?.length ?? 0)]
  return Object.fromEntries(Object.entries(requests).map(cut))
}

function isCut({ expected, max_partitions }: Cassette): boolean {
  return expected.slices.length >= max_partitions
}

function requestsOf({ exchanges }: Cassette) {
  return grouped(exchanges.map(({ request }) => ({ stream: request.stream, text: textOf(request) })))
}

/** Seconds that a read took are its own. */
function withElapsed(state: StreamState | undefined, recorded: StreamState): unknown {
  if (!state || typeof recorded['lookback_window'] !== 'string') return state ?? null
  return { ...state, lookback_window: recorded['lookback_window'] }
}

function servicesOf({ now }: Cassette, http: Services['http']): Services {
  const micro = /\.\d{3}(\d{3})Z$/.exec(now)?.[1] ?? '0'
  const start = Date.parse(now) + Number(micro) / 1000
  const clock = { now: () => start, monotonic: () => 0, sleep: async () => undefined }
  const report = silentReporter
  return { http, clock, report, updateConfig: () => undefined, shared: createShared() }
}

interface Reading {
  readonly slices: unknown[]
  readonly rows: Row[]
  state?: StreamState
  error?: string
  catalog?: unknown
}

async function readStream(stream: Stream, { clock }: Services, cassette: Cassette): Promise<Reading> {
  const { max_partitions } = cassette
  const cut = isCut(cassette)
  const reading: Reading = { slices: [], rows: [] }
  const stop = new AbortController()
  const note = ({ partition, window }: StreamSlice) => {
    reading.slices.push({ partition: partition.values, cursor_slice: window?.values ?? {}, extra_fields: partition.extra })
  }
  const watched: Stream = {
    ...stream,
    retriever: {
      ...stream.retriever,
      partitions: (scope, states) => firstOf(stream.retriever.partitions(scope, states), cut ? max_partitions : Number.POSITIVE_INFINITY),
      read: (slice, options) => {
        // The recording ends here, so nothing is known of what the rest would bring.
        if (cut && reading.slices.length >= max_partitions) return nothing()
        note(slice)
        return stream.retriever.read(slice, options)
      },
    },
  }
  const [bound] = await describeStreams(
    bindStreams([watched], { layout: 'merged', accounts: undefined, partitionField: 'account_id' }),
    undefined,
  )
  if (!bound) return reading
  reading.catalog = catalogFacts(bound)
  const run = new Run(clock, 'replay')
  const report = createRunReporter(run, clock, { log: () => undefined })
  const items = read(
    { streams: [bound], gone: [] },
    { clock, run, report, dialect: 'airbyte', state: {}, signal: stop.signal, concurrency: 1 },
  )
  for await (const item of items) {
    if (item.type === 'page') reading.rows.push(...item.rows)
    else if (item.message.type === 'STATE') reading.state = item.message.state.stream.stream_state as StreamState
  }
  const [error] = run.summary().errors
  if (error) reading.error = error.message
  return reading
}

async function* firstOf<T>(values: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let given = 0
  for await (const value of values) {
    yield value
    given += 1
    if (given >= count) return
  }
}

async function* nothing(): AsyncGenerator<never> {
  // A generator that ends at once.
}
