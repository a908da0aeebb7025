import { type Measurement, measureBareLoop, measureRead } from './measure.ts'
import { startSandboxProcess, type World } from './sandbox-process.ts'

interface Case {
  readonly title: string
  readonly kind: 'page_insights' | 'posts'
  readonly world: World
}

const cases: readonly Case[] = [
  { title: '50,000 insight rows', kind: 'page_insights', world: { pages: 3, days: 540, posts: 1 } },
  { title: '500,000 insight rows', kind: 'page_insights', world: { pages: 30, days: 540, posts: 1 } },
  { title: '50,000 posts', kind: 'posts', world: { pages: 1, days: 540, posts: 50_000 } },
  { title: '500,000 posts', kind: 'posts', world: { pages: 1, days: 540, posts: 500_000 } },
]

const whole = (value: number) => Math.round(value).toLocaleString('en-GB')

/** A read against the bare loop that makes the same calls; sandbox, connector and loop are processes of their own. */
export async function reads(): Promise<void> {
  console.log('| run | rows | calls | seconds | rows/s | peak RSS MB |\n|---|--:|--:|--:|--:|--:|')
  const ratios: string[] = []
  for (const { title, kind, world } of cases) {
    const sandbox = await startSandboxProcess(world)
    const read = await measureRead(sandbox, kind)
    console.log(row(`read, ${title}`, read))
    const bare = await measureBareLoop(sandbox)
    console.log(row(`bare loop, ${title}`, bare))
    ratios.push(`${title}: ${Math.round((100 * (read.rows / read.seconds)) / (bare.rows / bare.seconds))} % of the bare loop's rows/s`)
    await sandbox.stop()
  }
  console.log(`\n${ratios.join('  \n')}`)
}

function row(title: string, { rows, seconds, calls, peakMegabytes }: Measurement): string {
  return `| ${title} | ${whole(rows)} | ${whole(calls)} | ${seconds.toFixed(2)} | ${whole(rows / seconds)} | ${whole(peakMegabytes)} |`
}
