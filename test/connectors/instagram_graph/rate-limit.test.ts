import { describe, expect, it } from 'vitest'
import type { Row } from '../../../framework/protocol/messages.ts'
import { read } from '../../../framework/runtime/read/read.ts'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { openInstagram } from './run.ts'

describe('an account that is rate-limited for ten minutes', () => {
  it('waits while every stream of the others is read to its end, and then continues', async () => {
    const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 3, instagram: { accounts: 3, media: 120 } })
    const [blocked = '', ...others] = sandbox.truth.accounts()
    sandbox.usage.block(`instagram:${blocked}`, 10)
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const sleep = async (ms: number) => {
      await released
      sandbox.clock.advance(ms)
    }
    const { connector, run, report, http, clock } = await openInstagram(sandbox, { sleep })
    const streams = await connector.streams()
    const waiting = new Set(streams.map(({ info }) => info.name).filter((name) => others.some((account) => name.endsWith(account))))
    expect(waiting.size).toBeGreaterThan(20)
    const rows = new Map<string, Row[]>()
    let requestsOfBlocked = 0
    for await (const item of read(
      { streams, gone: [] },
      { clock, run, report, dialect: 'native', state: {}, signal: new AbortController().signal },
    )) {
      if (item.type === 'page') {
        rows.set(item.stream.name, [...(rows.get(item.stream.name) ?? []), ...item.rows])
        continue
      }
      const status =
        item.message.type === 'TRACE' && item.message.trace.type === 'STREAM_STATUS' ? item.message.trace.stream_status : undefined
      if (status?.status === 'COMPLETE') waiting.delete(status.stream_descriptor.name)
      if (waiting.size > 0) continue
      // Only now does time go on. Without the others going on meanwhile this is never reached.
      requestsOfBlocked ||= sandbox.requests.filter(({ path }) => path.includes(blocked)).length
      release()
    }
    http.close()
    expect(run.summary()).toMatchObject({ status: 'complete', exit_code: 0, errors: [] })
    // While it is blocked, every further call would lengthen the block.
    expect(requestsOfBlocked).toBeLessThan(60)
    for (const account of sandbox.truth.accounts()) expect(rows.get(`media__${account}`)).toHaveLength(120)
    await sandbox.close()
  }, 30_000)
})
