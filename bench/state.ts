// One process of `npm run bench`: a state of 100,000 accounts in the registry that the first argument names.
import { systemClock } from '../framework/index.ts'
import { openStateRegistry } from '../state/open.ts'

const accounts = 100_000
const registry = await openStateRegistry(process.argv[2] ?? '', { clock: systemClock })
const streams = Object.fromEntries(
  Array.from({ length: accounts }, (_, index) => [
    `page_insights__${100_000_000_000_000 + index}`,
    { end_time: '2026-01-01T08:00:00+00:00' },
  ]),
)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const first = await registry.acquire('bench', 'conn::bench', 'run-1')
await first.commit(streams)
await first.release()
const lease = await registry.acquire('bench', 'conn::bench', 'run-2')
const load = await timed(() => lease.load())
const commit = await timed(() => lease.commit({ page_insights__100000000000000: { end_time: '2026-01-02T08:00:00+00:00' } }))
const show = await timed(() => registry.show('bench'))
await lease.release()
await registry.close()
process.stdout.write(`${JSON.stringify({ accounts, load, commit, show })}\n`)
