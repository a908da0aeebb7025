import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ConnectorPackage } from '../../connectors/connector-package.ts'
import { facebookPages } from '../../connectors/facebook_pages/package.ts'
import type { Clock } from '../../framework/clock.ts'
import { createHttpClient } from '../../framework/http/create-client.ts'
import { createBudget } from '../../framework/http/limits/budget.ts'
import { createRedactor } from '../../framework/http/redaction/redaction.ts'
import { loadManifest, type Manifest } from '../../framework/manifest/manifest.ts'
import type { Row } from '../../framework/protocol/messages.ts'
import { selectStreams } from '../../framework/runtime/assembly/bound-stream.ts'
import { openConnector } from '../../framework/runtime/assembly/open-connector.ts'
import { Run, type RunSummary } from '../../framework/runtime/ports/run.ts'
import type { ConnectionState } from '../../framework/runtime/ports/state-registry.ts'
import { read } from '../../framework/runtime/read/read.ts'
import { createRunReporter } from '../../framework/runtime/read/run-reporter.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

const manifests = new Map<string, Manifest>()

function manifestOf({ manifest: file }: ConnectorPackage): Manifest {
  const text = () => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')
  const manifest = manifests.get(file) ?? loadManifest({ file, text: text() })
  manifests.set(file, manifest)
  return manifest
}

/** What one run came to. */
export interface RunResult {
  /** Rows by stream name. */
  readonly rows: Readonly<Record<string, Row[]>>
  readonly state: ConnectionState
  readonly summary: RunSummary
  /** Log lines, findings and messages as they would be printed. */
  readonly output: string
  /** Seconds waited, in order. */
  readonly waits: readonly number[]
  /** Requests sent; a batch is one. */
  readonly requests: number
}

export interface RunOptions {
  /** Facebook Pages by default. */
  readonly connector?: ConnectorPackage
  readonly config?: Readonly<Record<string, unknown>>
  /** Kinds or names; all streams by default. */
  readonly select?: readonly string[]
  readonly state?: ConnectionState
  readonly maxBodyBytes?: number
  readonly maxRequests?: number
  readonly range?: { readonly from?: string; readonly to?: string }
  /** Pages and messages after which the run is killed; the rows of the last one may be written without their state. */
  readonly killAfter?: number
  /** Instead of the sandbox's clock, on which nobody has to wait. */
  readonly sleep?: (ms: number) => Promise<void>
}

/** The connector on a sandbox. Time is the sandbox's: waiting moves its clock. */
export async function open(sandbox: Sandbox, options: RunOptions = {}) {
  const { connector: source = facebookPages, config = {}, maxBodyBytes, maxRequests } = options
  const waits: number[] = []
  const output: string[] = []
  const clock = sandboxClock(sandbox, waits, options.sleep)
  const redactor = createRedactor()
  const run = new Run(clock, 'run')
  const log = (level: string, message: string, fields?: object) =>
    output.push(redactor.redact(JSON.stringify({ level, message, ...fields })))
  const report = createRunReporter(run, clock, { log })
  const { components, usage } = await source.load()
  const http = createHttpClient({
    allowedOrigins: ['graph.facebook.com', sandbox.url, sandbox.instagramUrl],
    clock,
    report,
    redactor,
    random: () => 0.5,
    ...(usage ? { usageReader: usage } : {}),
    budget: createBudget({ clock, ...(maxRequests === undefined ? {} : { maxRequests }) }),
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
  })
  const settings = { access_token: 'sandbox-user-token', start_date: '2026-08-01', base_url: sandbox.url, ...config }
  const layout = config['stream_layout'] === 'merged' ? ('merged' as const) : ('per_account' as const)
  const connector = openConnector({ manifest: manifestOf(source), config: settings, components, http, clock, report, layout })
  return { connector, run, report, http, clock, waits, output, redactor }
}

/** Reads to the end, as the command line does. Throws what ends the run before it has begun. */
export async function runOn(sandbox: Sandbox, options: RunOptions = {}): Promise<RunResult> {
  const { connector, run, report, http, clock, waits, output, redactor } = await open(sandbox, options)
  const rows: Record<string, Row[]> = {}
  const state: Record<string, ConnectionState[string]> = { ...options.state }
  try {
    const streams = selectStreams(await connector.streams(), options.select ?? [])
    const signal = new AbortController().signal
    const items = read(
      { streams, gone: [] },
      { clock, run, report, dialect: 'native', state: options.state ?? {}, signal, ...(options.range ? { range: options.range } : {}) },
    )
    let left = options.killAfter ?? Number.POSITIVE_INFINITY
    for await (const item of items) {
      left -= 1
      if (left < 0) break
      if (item.type === 'page') {
        rows[item.stream.name] = [...(rows[item.stream.name] ?? []), ...item.rows]
      } else {
        output.push(redactor.redact(JSON.stringify(item.message)))
        if (item.message.type !== 'STATE') continue
        const { stream_descriptor, stream_state } = item.message.state.stream
        state[stream_descriptor.name] = stream_state
      }
    }
    const summary = run.summary()
    output.push(redactor.redact(JSON.stringify(summary)))
    return { rows, state, summary, output: output.join('\n'), waits, requests: http.stats().requests }
  } finally {
    http.close()
  }
}

/** Time is the sandbox's; waiting moves its clock and is noted. */
export function sandboxClock(sandbox: Sandbox, waits: number[], sleep?: (ms: number) => Promise<void>): Clock {
  return {
    now: () => sandbox.clock.now().getTime(),
    monotonic: () => sandbox.clock.now().getTime(),
    sleep: async (ms) => {
      waits.push(ms / 1000)
      if (sleep) await sleep(ms)
      else sandbox.clock.advance(ms)
    },
  }
}
