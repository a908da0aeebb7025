// `npm run bench`: prints a table; the sandbox, the connector and the bare loop are processes of their own.
import { cpus } from 'node:os'
import { coldStart } from './cold-start.ts'
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

function row(title: string, measured: Measurement): string {
  const { rows, seconds, calls, peakMegabytes } = measured
  return `| ${title} | ${whole(rows)} | ${whole(calls)} | ${seconds.toFixed(2)} | ${whole(rows / seconds)} | ${whole(peakMegabytes)} |`
}

console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})\n`)
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
console.log(`\n${ratios.join('\n')}`)
const { median, fastest } = await coldStart(15)
console.log(`cold start of \`spec\`: median ${Math.round(median)} ms, fastest ${Math.round(fastest)} ms of 15`)
