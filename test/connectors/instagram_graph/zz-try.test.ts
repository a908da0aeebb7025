import { it } from 'vitest'
import { startSandbox } from '/work/main/sandbox/sandbox.ts'
import { readInstagram } from '/work/main/test/connectors/instagram_graph/run.ts'
it('tries', async () => {
  const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, instagram: { accounts: 1, media: 1000, stories: 4 } })
  for (const depth of ['common','full']) {
    sandbox.clock.set ? sandbox.clock.set(new Date('2026-11-20T12:00:00Z')) : 0
    sandbox.reset()
    const select: string[] = []
    const t = Date.now()
    const first = await readInstagram(sandbox, { select, config: { insights_depth: depth } })
    console.log(depth, 'first', Date.now()-t, 'ms', first.requests, sandbox.counts, Object.entries(first.rows).map(([k,v])=>[k,v.length]), JSON.stringify(first.summary).slice(0,1500))
    console.log(JSON.stringify(first.state).slice(0,1200))
    sandbox.clock.advance(86400000); sandbox.reset()
    const second = await readInstagram(sandbox, { select, config: { insights_depth: depth }, state: first.state })
    console.log(depth, 'second', second.requests, sandbox.counts, Object.entries(second.rows).map(([k,v])=>[k,v.length]), JSON.stringify(second.summary.errors).slice(0,500))
  }
  await sandbox.close()
}, 60000)
