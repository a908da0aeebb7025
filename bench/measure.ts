import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main, type SandboxProcess } from './sandbox-process.ts'

export interface Measurement {
  readonly rows: number
  readonly calls: number
  /** From the first line of work to the last; the start of Node is not in it. */
  readonly seconds: number
  readonly peakMegabytes: number
  /** Of all threads, the start of Node included: hardly depends on what else the machine does. */
  readonly processorSeconds: number
}

const peakHook = new URL('./peak-rss.mjs', import.meta.url).href
const bareLoop = new URL('./bare-loop.ts', import.meta.url).pathname

/** Runs a full read of Facebook Pages; `flags` are further ones of the command. */
export async function measureRead(sandbox: SandboxProcess, kind: string, flags: readonly string[] = []): Promise<Measurement> {
  const start = new Date(Date.now() - sandbox.world.days * 86_400_000).toISOString().slice(0, 10)
  return measureConnector(sandbox.url, { connector: 'facebook_pages', config: { start_date: start }, select: kind, flags })
}

export interface Wish {
  readonly connector: string
  readonly config: Readonly<Record<string, unknown>>
  /** Kinds with commas between them; all streams when absent. */
  readonly select?: string
  readonly flags?: readonly string[]
}

/** Runs a read to a pipe that is drained as fast as it fills. */
export async function measureConnector(url: string, { connector, config, select, flags = [] }: Wish): Promise<Measurement> {
  await fetch(`${url}/__sandbox/reset`, { method: 'POST', body: '{}' })
  return withFolder(async (folder) => {
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify({ access_token: 'sandbox-user-token', base_url: url, ...config }))
    const args = [main, 'read', connector, '--config', file, ...(select === undefined ? [] : ['--select', select]), ...flags]
    const { stderr, lines, ...used } = await run(folder, args)
    const summary = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}')
    if (summary.status !== 'complete') throw new Error(`the read did not complete: ${stderr.slice(-2000)}`)
    if (lines < summary.rows) throw new Error(`${summary.rows} rows were reported, ${lines} lines came`)
    return { rows: summary.rows, calls: summary.requests, seconds: summary.duration_ms / 1000, ...used }
  })
}

/** Makes the same calls again: same HTTP library, JSON.parse, JSON.stringify to stdout, nothing else. */
export async function measureBareLoop(sandbox: SandboxProcess): Promise<Measurement> {
  return withFolder(async (folder) => {
    const { stderr, lines: _, ...used } = await run(folder, ['--import', 'tsx', bareLoop, sandbox.url])
    return { ...JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}'), ...used }
  })
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

type Used = Pick<Measurement, 'peakMegabytes' | 'processorSeconds'>

async function run(folder: string, args: readonly string[]): Promise<{ stderr: string; lines: number } & Used> {
  const peakFile = join(folder, 'peak')
  const child = spawn(process.execPath, ['--import', peakHook, ...args], { env: { ...process.env, PEAK_RSS_FILE: peakFile } })
  let stderr = ''
  let lines = 0
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdout.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`)
  const numberIn = (file: string) => Number(readFileSync(file, 'utf8'))
  return { stderr, lines, peakMegabytes: numberIn(peakFile) / 1024, processorSeconds: numberIn(`${peakFile}.cpu`) / 1_000_000 }
}
