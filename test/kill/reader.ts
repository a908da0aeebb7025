import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Place } from './place.ts'
import type { Disturbance, Moment } from './scenario.ts'
import { enough } from './small-disk.ts'
import type { Source } from './source.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A run that takes longer hangs. */
const patience = 120_000

/** What an undisturbed read does, by which moments are measured. */
export interface Extent {
  readonly requests: number
  readonly stdout: number
  readonly database: number
  readonly seconds: number
  readonly largestFile: number
  readonly allFiles: number
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
  /** True when the disturbance took place before the run was over. */
  readonly disturbed: boolean
}

export interface Reading {
  readonly source: Source
  readonly place: Place
  readonly concurrency: number
}

/** Runs the built command line once, with what is done to it. */
export async function runReader({ source, place, concurrency }: Reading, disturbance?: Disturbance, extent?: Extent): Promise<Ended> {
  const args = [main, ...source.args, ...place.flags(), '--concurrency', String(concurrency), ...extraFlags(disturbance, extent)]
  const started = performance.now()
  if (disturbance?.kind === 'disk-full') place.disk?.resize(place.sizes().total + disturbance.part * (extent?.allFiles ?? 0))
  const child = start(args, { env: place.env, disturbance, extent })
  const output = { stdout: '', stderr: '' }
  let disturbed = false
  const strike = () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    disturbed = true
    strikes[disturbance?.kind ?? '']?.(child, place)
  }
  const moment = disturbance && 'moment' in disturbance ? disturbance.moment : undefined
  const bytes = arrange(moment, { source, place, extent, strike })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    output.stderr += chunk
  })
  let received = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    // What a reader had in hand when it went away is all that it got.
    output.stdout += chunk.toString('latin1')
    received += chunk.length
    if (received >= bytes && !disturbed) strike()
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  clearTimeout(timer)
  source.watch(Number.POSITIVE_INFINITY, () => undefined)
  place.disk?.resize(enough)
  const seconds = (performance.now() - started) / 1000
  return { code, signal, ...output, stdout: Buffer.from(output.stdout, 'latin1').toString('utf8'), seconds, disturbed }
}

const strikes: Readonly<Record<string, (child: ChildProcess, place: Place) => void>> = {
  kill: (child) => void child.kill('SIGKILL'),
  terminate: (child) => void child.kill('SIGTERM'),
  'close-stdout': (child) => void child.stdout?.destroy(),
  'cut-database': (_child, place) => place.proxy?.cut(),
}

interface Arrangement {
  readonly source: Source
  readonly place: Place
  readonly extent: Extent | undefined
  readonly strike: () => void
}

/** Lets the strike come at its moment; gives the number of bytes on stdout at which it comes, if it does so there. */
function arrange(moment: Moment | undefined, { source, place, extent, strike }: Arrangement): number {
  if (!moment || !extent) return Number.POSITIVE_INFINITY
  const later = moment.wait === 0 ? strike : () => void setTimeout(strike, moment.wait)
  const after = Math.floor(moment.part * extent[moment.of])
  if (moment.of === 'requests') source.watch(after, later)
  if (moment.of === 'database') place.proxy?.watch(after, later)
  return moment.of === 'stdout' ? after : Number.POSITIVE_INFINITY
}

function extraFlags(disturbance: Disturbance | undefined, extent: Extent | undefined): readonly string[] {
  if (disturbance?.kind === 'deadline') return ['--deadline', String(Math.max(0.01, disturbance.part * (extent?.seconds ?? 1)))]
  if (disturbance?.kind === 'budget') return ['--max-requests', String(Math.floor(disturbance.part * (extent?.requests ?? 1)))]
  return []
}

interface Start {
  readonly env: Readonly<Record<string, string>>
  readonly disturbance: Disturbance | undefined
  readonly extent: Extent | undefined
}

function start(args: readonly string[], { env, disturbance, extent }: Start): ChildProcess {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|VITEST|CONNECTOR_|FORCE_COLOR)/.test(name)),
  )
  const options = { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe')[] }
  if (disturbance?.kind !== 'file-limit') return spawn(process.execPath, args, options)
  const kilobytes = Math.max(1, Math.floor(disturbance.part * (extent?.largestFile ?? 1)))
  return spawn('bash', ['-c', `ulimit -f ${kilobytes}; exec "$0" "$@"`, process.execPath, ...args], options)
}
