// One process of `npm run bench`: a state of 100,000 accounts in the registry that the first argument names.
import { systemClock } from '../framework/index.ts'
import { openStateRegistry } from '../state/open.ts'

const accounts = 100_000
const registry = await openStateRegistry(process.argv[2] ?? '', { clock: systemClock })
const stream = (index: number) => [`page_insights__${100_000_000_000_000 + index}`, { end_time: '2026-01-01T08:00:00+00:00' }] as const

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** What the states are made of is not held while they are measured. */
async function fill(): Promise<void> {
  const lease = await registry.acquire('bench', 'conn::bench', 'run-1')
  await lease.commit(Object.fromEntries(Array.from({ length: accounts }, (_, index) => stream(index))))
  await lease.release()
}

await fill()
const lease = await registry.acquire('bench', 'conn::bench', 'run-2')
const load = await timed(() => lease.load())
const commit = await timed(() => lease.commit({ page_insights__100000000000000: { end_time: '2026-01-02T08:00:00+00:00' } }))
const show = await timed(() => registry.show('bench'))
await lease.release()
await registry.close()
process.stdout.write(`${JSON.stringify({ accounts, load, commit, show })}\n`)
