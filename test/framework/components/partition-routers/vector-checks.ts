import nock from 'nock'
import type { Clock } from '../../../../framework/clock.ts'
import { type Partition, PartitionRouter } from '../../../../framework/components/read/partition-router.ts'
import type { RequestParts } from '../../../../framework/components/read/requester.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import type { Row, StreamState } from '../../../../framework/protocol/messages.ts'
import { bindStreams, selectStreams } from '../../../../framework/runtime/assembly/bound-stream.ts'
import { buildManifest } from '../../../../framework/runtime/assembly/build-manifest.ts'
import { describeStreams } from '../../../../framework/runtime/assembly/describe-streams.ts'
import { Run } from '../../../../framework/runtime/ports/run.ts'
import { read } from '../../../../framework/runtime/read/read.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const file = 'partition_routers.json'

async function partitionsOf(input: Input): Promise<readonly Partition[]> {
  const { config, parameters, values, cursor_field, request_option } = input
  const context = testContext({ dialect: 'airbyte', config: recordOf(config), parameters: recordOf(parameters) })
  const node = present({ values, cursor_field, request_option })
  const router = buildComponent(PartitionRouter, { type: 'ListPartitionRouter', ...node }, context)
  const partitions: Partition[] = []
  for await (const partition of router.partitions({}, undefined)) partitions.push(partition)
  return partitions
}

async function slices(input: Input): Promise<unknown> {
  const partitions = await partitionsOf(input)
  return partitions.map(({ values, extra }) => ({ $slice: { partition: values, cursor_slice: {}, extra_fields: extra } }))
}

/** What the requests of the slice carry: nothing before there is one. */
function injected(kind: keyof RequestParts) {
  return async (input: Input) => {
    const slice = recordOf(input['stream_slice'])
    const values: Input = recordOf(recordOf(slice['$slice'])['partition'] ?? slice)
    const value = values[String(input['cursor_field'])]
    const partition = (await partitionsOf(input)).find((candidate) => Object.values(candidate.values)[0] === value)
    return partition?.parts[kind] ?? {}
  }
}

/** Time goes on by a millisecond with every look at it. */
function tickingClock(): Clock {
  let elapsed = 0
  const sleep = async (ms: number) => {
    elapsed += ms
  }
  return { now: () => Date.UTC(2026, 10, 20), monotonic: () => elapsed++, sleep }
}

/** Every address as often as it is asked for; where the recording has no body the server failed. */
function serve(requests: readonly (readonly [string, unknown])[]): void {
  for (const [address, body] of requests) {
    const url = new URL(address)
    const query = Object.fromEntries(url.searchParams)
    nock(url.origin)
      .persist()
      .get(url.pathname)
      .query(query)
      .reply(body === null ? 500 : 200, JSON.stringify(body))
  }
}

export async function readChild(input: Input): Promise<unknown> {
  serve(input['mock_requests'] as readonly (readonly [string, unknown])[])
  const clock = tickingClock()
  const { language, services } = testContext({ services: { clock } })
  const manifest = loadManifest({ text: JSON.stringify(input['manifest']), file: 'vector.yaml' })
  const built = buildManifest(manifest, { language, config: recordOf(input['config']), services })
  const [name = ''] = recordOf(recordOf(input['manifest'])['check'])['stream_names'] as readonly string[]
  const bound = await describeStreams(
    bindStreams(built.streams, { layout: 'per_account', accounts: undefined, partitionField: '' }),
    undefined,
  )
  const streams = selectStreams(bound, [name])
  const rows: Row[] = []
  let state: StreamState = {}
  const options = {
    clock,
    run: new Run(clock, 'vector'),
    report: { ...services.report, attach: () => undefined, watchWaits: () => undefined },
    dialect: 'airbyte' as const,
    state: { [name]: recordOf(input['initial_state']) },
    signal: new AbortController().signal,
    concurrency: 1,
  }
  for await (const item of read({ streams, gone: [] }, options)) {
    if (item.type === 'page') rows.push(...item.rows)
    else if (item.message.type === 'STATE') state = item.message.state.stream.stream_state
  }
  nock.cleanAll()
  return { rows: byText(rows), state: { ...state, states: byText((state['states'] ?? []) as readonly unknown[]) } }
}

/** The order of partitions and of their records is free. */
export function byText(items: readonly unknown[]): readonly unknown[] {
  const keyed = items.map((item) => [JSON.stringify(item, Object.keys(recordOf(item)).sort()), item] as const)
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}

function childExpected(recorded: unknown): unknown {
  const { expected_records, expected_state } = recordOf(recorded)
  const state = recordOf(expected_state)
  return {
    rows: byText(expected_records as readonly Row[]),
    state: { ...state, states: byText((state['states'] ?? []) as readonly unknown[]) },
  }
}

/** Vectors of partition routers, and of streams below streams below streams from all forms of state. */
export const checks: readonly Check[] = [
  { file, component: 'list_partition_router.stream_slices', run: slices },
  { file, component: 'list_partition_router.get_request_params', run: injected('params') },
  { file, component: 'list_partition_router.get_request_headers', run: injected('headers') },
  { file, component: 'list_partition_router.get_request_body_data', run: injected('body_data') },
  { file, component: 'list_partition_router.get_request_body_json', run: injected('body_json') },
  { file: 'per_partition_state_e2e.json', component: 'per_partition_state_e2e', run: readChild, expected: childExpected },
]
