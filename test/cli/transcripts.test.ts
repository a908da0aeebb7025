import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedFolder } from '../shared.ts'
import { messages, runConnector, temporaryFolder } from './run.ts'

interface Case {
  readonly name: string
  readonly args: readonly string[]
  readonly config: Readonly<Record<string, unknown>> | null
  readonly catalog: unknown
  readonly state: unknown
  readonly exit_code: number
  readonly stdout: readonly Line[]
}
interface Line {
  readonly type: string
  readonly [key: string]: unknown
}

const { manifest, cases }: { manifest: unknown; cases: readonly Case[] } = sharedFolder
  ? JSON.parse(readFileSync(join(sharedFolder, 'vectors/protocol_transcripts.json'), 'utf8'))
  : { manifest: {}, cases: [] }

/** What we do otherwise, because the reference keeps silent about a failure. */
const louder: Readonly<Record<string, { code: number; message: RegExp }>> = {
  check_bad_token: { code: 1, message: /"status":"FAILED"/ },
  check_missing_required_config: { code: 2, message: /"status":"FAILED".*start_date/ },
  read_missing_required_config: { code: 2, message: /start_date/ },
  read_unknown_stream: { code: 2, message: /'nope', which does not exist/ },
  read_only_unknown_stream: { code: 2, message: /'nope', which does not exist/ },
}

/** The API that the transcripts were recorded against. */
function answer(path: string, query: URLSearchParams, calls: number): { status: number; body: unknown; headers?: Record<string, string> } {
  const data = (rows: unknown[]) => ({ status: 200, body: { data: rows } })
  const day = (id: number, date: string) => ({ id, updated_at: `${date}T00:00:00Z` })
  const users = 'ababc'.split('').map((name, index) => ({ id: index + 1, name }))
  const page = Number(query.get('page') ?? 1)
  const tasks = /^\/projects\/(\d)\/tasks$/.exec(path)?.[1]
  if (tasks) return data([day(Number(tasks) * 10 + 1, `2024-01-1${tasks}`)])
  if (path === '/users') return data(users.slice((page - 1) * 2, page * 2))
  if (path === '/orders') return data([day(1, '2024-01-05'), day(2, '2024-01-20')])
  if (path === '/projects') return data([day(1, '2024-01-02'), day(2, '2024-01-03')])
  if (path === '/flaky' && calls === 1) return { status: 429, body: {}, headers: { 'retry-after': '0' } }
  if (path === '/flaky') return data([{ id: 1 }])
  if (path === '/forbidden') return { status: 403, body: { message: 'no access' } }
  return path === '/empty' ? data([]) : { status: 404, body: { message: 'none' } }
}

let server: Server
let base = ''
const calls = new Map<string, number>()

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    calls.set(pathname, (calls.get(pathname) ?? 0) + 1)
    const authorised = request.headers.authorization === 'Bearer secret-token'
    const { status, body, headers } = authorised
      ? answer(pathname, searchParams, calls.get(pathname) ?? 0)
      : { status: 401, body: { message: 'bad token' }, headers: {} }
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

async function play({ args, config, catalog, state }: Case) {
  const folder = temporaryFolder()
  calls.clear()
  const file = (name: string, value: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(value))
    return join(folder, name)
  }
  const flags = config ? ['--config', file('config.json', 'base_url' in config ? { ...config, base_url: base } : config)] : []
  if (catalog) flags.push('--catalog', file('catalog.json', catalog))
  if (state) flags.push('--state', file('state.json', state))
  return runConnector([...args, file('manifest.json', manifest), ...flags])
}

/** Lines without the log, whose wording is each program's own, and with times replaced by their kind of number. */
function comparable(lines: readonly Line[]) {
  const kind = (value: unknown) =>
    typeof value === 'number' ? '<time>' : value === '<ms:int>' || value === '<ms:float>' ? '<time>' : value
  const replaced = JSON.parse(JSON.stringify(lines), (key, value) => (key === 'emitted_at' ? kind(value) : value)) as Line[]
  return replaced.filter(({ type }) => type !== 'LOG')
}

const ofType = (lines: readonly Line[], pick: (line: Line) => unknown) => lines.map(pick).filter((value) => value !== undefined)
const records = (lines: readonly Line[]) => ofType(lines, (line) => line['record'])
type Trace = {
  stream_status?: { stream_descriptor: { name: string }; status: string }
  error?: { failure_type: string; stream_descriptor?: unknown }
}
const statuses = (lines: readonly Line[]) => ofType(lines, (line) => (line['trace'] as Trace | undefined)?.stream_status)
const byStream = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort()
type State = { stream: { stream_descriptor: { name: string }; stream_state: Record<string, unknown> } }

/** The last state of each stream. Its look-back is elapsed wall time. */
function finalStates(lines: readonly Line[]): Record<string, unknown> {
  const states = ofType(lines, (line) => line['state']) as State[]
  return Object.fromEntries(
    states.map(({ stream }) => {
      const { lookback_window: _, ...state } = stream.stream_state
      return [stream.stream_descriptor.name, state]
    }),
  )
}

describe.skipIf(!sharedFolder)('the Airbyte protocol, against recorded transcripts', () => {
  it('has every case', () => expect(cases).toHaveLength(19))

  it.each(cases.filter(({ name }) => !(name in louder)))('$name', async (transcript) => {
    const { code, stdout } = await play(transcript)
    const ours = comparable(messages(stdout) as unknown as Line[])
    const theirs = comparable(transcript.stdout)
    expect(code).toBe(transcript.exit_code)
    expect(byStream(records(ours))).toEqual(byStream(records(theirs)))
    expect(byStream(statuses(ours))).toEqual(byStream(statuses(theirs)))
    const failed = (statuses(ours) as NonNullable<Trace['stream_status']>[]).filter(({ status }) => status === 'INCOMPLETE')
    // The reference sends a STATE for a stream that failed without having read anything; ours moves nothing.
    const moved = Object.entries(finalStates(theirs)).filter(
      ([name]) => !failed.some(({ stream_descriptor }) => stream_descriptor.name === name),
    )
    expect(finalStates(ours)).toEqual(Object.fromEntries(moved))
    for (const type of ['SPEC', 'CATALOG', 'CONNECTION_STATUS']) {
      expect(ours.filter((line) => line.type === type)).toEqual(theirs.filter((line) => line.type === type))
    }
  })

  it.each(cases.filter(({ name }) => name in louder))('$name, said aloud', async (transcript) => {
    const expected = louder[transcript.name]
    const { code, stdout, stderr } = await play(transcript)
    expect(messages(stdout).length).toBeGreaterThan(0)
    expect({ code, said: expected?.message.test(stdout + stderr) }).toEqual({ code: expected?.code, said: true })
    expect(stdout + stderr).not.toContain('secret-token')
  })

  it('puts every STATE behind the records that it covers and before COMPLETE', async () => {
    const orders = cases.find(({ name }) => name === 'read_orders_incremental_no_state')
    if (!orders) throw new Error('the case is missing')
    const { stdout } = await play(orders)
    const kinds = messages(stdout).flatMap((line) => {
      const { type, trace } = line as unknown as { type: string; trace?: Trace }
      return type === 'LOG' ? [] : [trace?.stream_status?.status ?? type]
    })
    expect(kinds.lastIndexOf('RECORD')).toBeLessThan(kinds.lastIndexOf('STATE'))
    expect(kinds.at(-1)).toBe('COMPLETE')
  })
})
