// `npm run test:kill -- --seeds 500 [--from 1] [--only 17,23]`: interrupts reads at moments that a seed decides and compares what
// they leave with an undisturbed read. Prints how to repeat what fails. CONNECTOR_TEST_POSTGRES names a server to use.
import { parseArgs } from 'node:util'
import { startPostgres } from '../conformance/postgres-server.ts'
import { startS3 } from '../conformance/s3-server.ts'
import { Goldens } from './golden.ts'
import { perform } from './perform.ts'
import { products, scenarioOf } from './scenario.ts'
import { canMount } from './small-disk.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    only: { type: 'string' },
    at: { type: 'string', default: '2' },
  },
})
const seeds = values.only?.split(',').map(Number) ?? Array.from({ length: Number(values.seeds) }, (_, index) => Number(values.from) + index)
const servers = { postgres: await startPostgres(), s3: await startS3() }
const goldens = new Goldens(servers)
const means = { mounts: canMount(), worlds: 3, most: 3, products }
const started = performance.now()
const failed: number[] = []
const totals = { seeds: 0, runs: 0, interruptions: 0, repeated: 0, requests: 0, calls: 0 }
const waiting = [...seeds]
/** Seeds between two lines that say how far it is. */
const stride = 50

async function work(): Promise<void> {
  for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
    const scenario = scenarioOf(seed, means)
    const { failures, interruptions, repeated, again } = await perform(scenario, servers, goldens)
    totals.runs += scenario.disturbances.length + 1
    totals.interruptions += interruptions
    totals.repeated += repeated
    totals.requests += again.requests
    totals.calls += again.single + again.batched
    const asked = `${again.requests} requests and ${again.single + again.batched} calls again in ${interruptions} interruptions`
    console.log(`seed ${seed} (${scenario.product}, ${scenario.output}, ${scenario.concurrency} at once): ${asked}`)
    totals.seeds += 1
    if (totals.seeds % stride === 0) console.error(`${totals.seeds} of ${seeds.length} seeds, ${failed.length} failures`)
    if (failures.length === 0) continue
    failed.push(seed)
    console.log(`\nseed ${seed}: ${JSON.stringify(scenario)}\n  ${failures.join('\n  ')}\n  again: npm run test:kill -- --only ${seed}`)
  }
}

await Promise.all(Array.from({ length: Number(values.at) }, work))
await servers.postgres.stop()
await servers.s3.stop()
const minutes = ((performance.now() - started) / 60_000).toFixed(1)
const disk = means.mounts ? '' : ' (no right to mount: full disks are left out)'
console.log(
  `${seeds.length} seeds, ${totals.runs} reads of which ${totals.interruptions} were interrupted, ${totals.repeated} rows came again, ${totals.requests} requests and ${totals.calls} calls were made again, ${failed.length} failures, ${minutes} min${disk}`,
)
process.exitCode = failed.length === 0 ? 0 : 1
