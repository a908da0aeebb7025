import { loadManifest } from '../../framework/manifest/manifest.ts'
import type { Row, StreamState } from '../../framework/protocol/messages.ts'
import { openConnector } from '../../framework/runtime/assembly/open-connector.ts'
import { Run, type RunSummary } from '../../framework/runtime/ports/run.ts'
import type { ConnectionState } from '../../framework/runtime/ports/state-registry.ts'
import { read } from '../../framework/runtime/read/read.ts'
import { createRunReporter } from '../../framework/runtime/read/run-reporter.ts'
import { testContext } from './build.ts'

export interface ManifestRead {
  /** By stream, in the order in which they came. */
  readonly rows: Readonly<Record<string, Row[]>>
  /** Every STATE by stream, in order. */
  readonly states: Readonly<Record<string, StreamState[]>>
  readonly summary: RunSummary
  readonly logs: readonly string[]
}

export interface ManifestReadOptions {
  readonly config?: Readonly<Record<string, unknown>>
  readonly state?: ConnectionState
  readonly concurrency?: number
  /** Folder for files. */
  readonly files?: string
}

/** A manifest of ours with these streams and what else stands at its top. */
export function manifestOf(streams: readonly object[], more: object = {}): string {
  return JSON.stringify({
    manifest_version: 1.0,
    id: 'conn::test::test::test::test::rest',
    name: 'Test',
    taxonomy: { origin: 'test', source: 'test', provider: 'test', product: 'test', method: 'rest' },
    runtime: { allowed_hosts: ['api.test'] },
    spec: { connection_specification: { type: 'object', additionalProperties: true } },
    check: { type: 'CheckStream', stream_names: ['a'] },
    streams: { strategy: 'static', templates: streams },
    ...more,
  })
}

/** Reads all streams of a manifest with the real runtime; nobody sleeps. */
export async function readManifest(text: string, options: ManifestReadOptions = {}): Promise<ManifestRead> {
  const { config = {}, state = {}, concurrency = 4, files } = options
  const { services } = testContext()
  const manifest = loadManifest({ text, file: 'm.yaml' })
  const run = new Run(services.clock, 'run')
  const logs: string[] = []
  const report = createRunReporter(run, services.clock, { log: (level, message) => logs.push(`${level}: ${message}`) })
  const connector = openConnector({ manifest, config, ...services, report })
  const streams = await connector.streams()
  const rows: Record<string, Row[]> = {}
  const states: Record<string, StreamState[]> = {}
  const reading = {
    clock: services.clock,
    run,
    report,
    dialect: manifest.dialect,
    state,
    signal: new AbortController().signal,
    concurrency,
    ...(files === undefined ? {} : { files }),
  }
  for await (const item of read({ streams, gone: [], broken: connector.broken }, reading)) {
    if (item.type === 'page') rows[item.stream.name] = [...(rows[item.stream.name] ?? []), ...item.rows]
    else if (item.message.type === 'STATE') {
      const { stream_descriptor, stream_state } = item.message.state.stream
      states[stream_descriptor.name] = [...(states[stream_descriptor.name] ?? []), stream_state]
    }
  }
  return { rows, states, summary: run.summary(), logs }
}
