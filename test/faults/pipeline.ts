import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCodeOf } from '../../compose/exit-code.ts'
import { facebookPages } from '../../connectors/facebook_pages/package.ts'
import { JsonlFolder } from '../../destinations/jsonl.ts'
import type { Clock } from '../../framework/clock.ts'
import { asConnectorError } from '../../framework/errors.ts'
import { createHttpClient } from '../../framework/http/create-client.ts'
import { parseJson } from '../../framework/http/json.ts'
import { createBudget } from '../../framework/http/limits/budget.ts'
import { createRedactor } from '../../framework/http/redaction/redaction.ts'
import type { Timeouts } from '../../framework/http/transport/attempt-settings.ts'
import { loadManifest } from '../../framework/manifest/manifest.ts'
import type { Row } from '../../framework/protocol/messages.ts'
import { selectStreams } from '../../framework/runtime/assembly/bound-stream.ts'
import { openConnector } from '../../framework/runtime/assembly/open-connector.ts'
import { Run, type RunError, type RunSummary } from '../../framework/runtime/ports/run.ts'
import type { ConnectionState } from '../../framework/runtime/ports/state-registry.ts'
import { commitState } from '../../framework/runtime/read/commit-state.ts'
import { read } from '../../framework/runtime/read/read.ts'
import { createRunReporter } from '../../framework/runtime/read/run-reporter.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { openStateRegistry } from '../../state/open.ts'

const file = 'manifests/third_party/social/meta/facebook_pages.rest.yaml'
const manifest = loadManifest({ file, text: readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8') })

/** What one run of `read --state file: --output jsonl:` came to, with time that stands still. */
export interface Outcome {
  /** Of the process, had it been one. */
  readonly exitCode: number
  readonly summary: RunSummary
  /** Findings of the run, or what ended it before it began. */
  readonly errors: readonly RunError[]
  readonly warnings: readonly RunError[]
  /** As committed in the registry. */
  readonly state: ConnectionState
  /** Rows as read, before the destination; with their order and repetitions. */
  readonly emitted: Readonly<Record<string, readonly Row[]>>
  /** Log lines and messages, redacted as the command line does. */
  readonly output: string
  /** Seconds waited, in order. */
  readonly waits: readonly number[]
  /** Requests that reached the sandbox; items of a batch not counted. */
  readonly requests: number
}

export interface ReadSettings {
  readonly config?: Readonly<Record<string, unknown>>
  readonly select?: readonly string[]
  readonly timeouts?: Partial<Timeouts>
  readonly maxBodyBytes?: number
  readonly concurrency?: number
}

/** Reads into `folder` as the command line does: files in `data`, states in `state`. Never throws what the run reports. */
export async function readInto(folder: string, sandbox: Sandbox, settings: ReadSettings = {}): Promise<Outcome> {
  const waits: number[] = []
  const output: string[] = []
  const clock = clockOf(sandbox, waits)
  const redactor = createRedactor()
  const print = (value: object) => output.push(redactor.redact(JSON.stringify(value)))
  const run = new Run(clock, 'run')
  const report = createRunReporter(run, clock, { log: (level, message, fields) => print({ level, message, ...fields }) })
  const before = callsOf(sandbox)
  const emitted: Record<string, Row[]> = {}
  const registry = await openStateRegistry(`file:${join(folder, 'state')}`, { clock })
  const lease = await registry.acquire('faults', manifest.id, run.id)
  const { components, usage } = await facebookPages.load()
  const http = createHttpClient({
    allowedOrigins: ['graph.facebook.com', sandbox.url],
    clock,
    report,
    redactor,
    random: () => 0.5,
    budget: createBudget({ clock }),
    ...(usage ? { usageReader: usage } : {}),
    ...(settings.timeouts ? { timeouts: settings.timeouts } : {}),
    ...(settings.maxBodyBytes === undefined ? {} : { maxBodyBytes: settings.maxBodyBytes }),
  })
  const config = { access_token: 'sandbox-user-token', base_url: sandbox.url, ...settings.config }
  let thrown: unknown
  try {
    const state = (await lease.load())?.streams ?? {}
    const connector = openConnector({ manifest, config, components, http, clock, report })
    const streams = selectStreams(await connector.streams(), settings.select ?? [])
    const destination = new JsonlFolder(join(folder, 'data'), { committed: state })
    await destination.open({ runId: run.id, connector: manifest.id, connection: 'faults', streams: streams.map(({ info }) => info) })
    const { concurrency } = settings
    const limits = concurrency === undefined ? {} : { concurrency }
    const items = read(
      { streams, gone: [] },
      { clock, run, report, dialect: 'native', state, signal: new AbortController().signal, ...limits },
    )
    try {
      for await (const item of commitState(destination.write(items), lease)) {
        if (item.type === 'message') print(item.message)
        else emitted[item.stream.name] = [...(emitted[item.stream.name] ?? []), ...item.rows]
      }
    } finally {
      await destination.close()
    }
  } catch (error) {
    thrown = error
    print({ error: String(error), cause: String(error instanceof Error ? error.cause : '') })
  } finally {
    http.close()
  }
  const state = (await lease.load())?.streams ?? {}
  await lease.release()
  await registry.close()
  const summary = run.summary()
  print(summary)
  const fatal = thrown === undefined ? [] : [fatalOf(thrown)]
  return {
    exitCode: thrown === undefined ? summary.exit_code : exitCodeOf(asConnectorError(thrown)),
    summary,
    errors: [...fatal, ...summary.errors],
    warnings: summary.warnings,
    state,
    emitted,
    output: output.join('\n'),
    waits,
    requests: callsOf(sandbox) - before,
  }
}

function fatalOf(thrown: unknown): RunError {
  const { code, message, failureType, context } = asConnectorError(thrown)
  const { account_id, stream } = context
  const where = { ...(account_id === undefined ? {} : { account_id }), ...(stream === undefined ? {} : { stream }) }
  return { code, message, failure_type: failureType, ...where }
}

function callsOf({ requests }: Sandbox): number {
  return requests.filter(({ inBatch }) => !inBatch).length
}

/** Rows of a folder by stream and key. A later row of the same key stands for the earlier one, as in a table with keys. */
export function tableOf(folder: string): Map<string, string> {
  const table = new Map<string, string>()
  for (const { stream, row } of linesOf(folder)) table.set(`${stream} ${keyOf(row)}`, JSON.stringify(row))
  return table
}

/** Rows that one table lacks and the other has; a few of each, because one wrong day makes thousands. */
export function difference(found: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>) {
  const unlike = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) =>
    [...a].flatMap(([key, row]) => (b.get(key) === row ? [] : [`${key}: ${row}`])).slice(0, 3)
  return { missing: unlike(expected, found), unexpected: unlike(found, expected) }
}

export const NO_DIFFERENCE = { missing: [], unexpected: [] }

/** Keys that a run emitted more than once. */
export function repeatedKeys({ emitted }: Outcome): readonly string[] {
  return Object.entries(emitted).flatMap(([stream, rows]) => {
    const seen = new Set<string>()
    return rows.flatMap((row) => {
      const key = keyOf(row)
      if (seen.has(key)) return [`${stream} ${key}`]
      seen.add(key)
      return []
    })
  })
}

/** Every line of the data files, without what the destination adds. Throws when a line is no JSON. */
export function linesOf(folder: string): readonly { readonly stream: string; readonly row: Row }[] {
  const data = join(folder, 'data')
  return names(data).flatMap((name) => {
    const text = readFileSync(join(data, name), 'utf8')
    if (text !== '' && !text.endsWith('\n')) throw new Error(`${name} ends within a line`)
    const lines = text.split('\n').slice(0, -1)
    return lines.map((line) => {
      const { _synced_at, _run_id, ...row } = parseJson(line) as Row
      return { stream: name.replace('.jsonl', ''), row }
    })
  })
}

function names(data: string): readonly string[] {
  return readdirSync(data).filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))
}

const KEY = ['id', 'page_id', 'post_id', 'metric', 'end_time', 'is_from_ads', 'is_from_followers']

/** The fields that belong to the key of any stream. Posts and Pages have an `id`, which is enough. */
export function keyOf(row: Row): string {
  return row['id'] === undefined ? KEY.map((name) => row[name]).join('|') : String(row['id'])
}

/** Time is the sandbox's: waiting moves its clock. */
function clockOf({ clock }: Sandbox, waits: number[]): Clock {
  return {
    now: () => clock.now().getTime(),
    monotonic: () => clock.now().getTime(),
    sleep: async (ms) => {
      waits.push(ms / 1000)
      clock.advance(ms)
    },
  }
}
