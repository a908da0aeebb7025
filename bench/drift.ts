import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inferenceCosts } from './inference.ts'
import { type Measurement, measureRead } from './measure.ts'
import { type SandboxProcess, startSandboxProcess, type World } from './sandbox-process.ts'

interface Case {
  readonly title: string
  readonly kind: 'page_insights' | 'posts'
  readonly world: World
}

const cases: readonly Case[] = [
  { title: '500,000 insight rows', kind: 'page_insights', world: { pages: 30, days: 540, posts: 1 } },
  { title: '50,000 posts', kind: 'posts', world: { pages: 1, days: 540, posts: 50_000 } },
]

/** Reads with and without take turns, so that whatever else the machine does hits both. */
const rounds = 5

/** What inference and the watch for drift cost a read: the same read with `--schemas` and without. */
export async function drift(): Promise<void> {
  console.log('| read | rows | rows/s without | with | ratio | processor s without | with | ratio |\n|---|--:|--:|--:|--:|--:|--:|--:|')
  for (const { title, kind, world } of cases) {
    const sandbox = await startSandboxProcess(world)
    const { without, watched } = await takeTurns(sandbox, kind)
    const fast = [without, watched].map((reads) => median(reads.map(({ rows, seconds }) => rows / seconds)))
    const busy = [without, watched].map((reads) => median(reads.map(({ processorSeconds }) => processorSeconds)))
    const cells = [
      title,
      whole(without[0]?.rows ?? 0),
      ...fast.map(whole),
      percent(fast[1], fast[0]),
      ...busy.map((seconds) => seconds.toFixed(2)),
    ]
    console.log(`| ${[...cells, percent(busy[0], busy[1])].join(' | ')} |`)
    await sandbox.stop()
  }
  console.log(`\nMedians of ${rounds} reads each, in turns; shapes known from a read before.\n\n${inferenceCosts().join('  \n')}`)
}

interface Turns {
  readonly without: Measurement[]
  readonly watched: Measurement[]
}

async function takeTurns(sandbox: SandboxProcess, kind: string): Promise<Turns> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-bench-'))
  const flags = ['--schemas', `file:${folder}`]
  const measured: Turns = { without: [], watched: [] }
  try {
    await measureRead(sandbox, kind, flags)
    for (let round = 0; round < rounds; round++) {
      measured.without.push(await measureRead(sandbox, kind))
      measured.watched.push(await measureRead(sandbox, kind, flags))
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return measured
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB')
const percent = (part = Number.NaN, of = Number.NaN): string => `${Math.round((100 * part) / of)} %`
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
