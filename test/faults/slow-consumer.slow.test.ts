import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { messages, runConnector, summaryOf } from '../cli/run.ts'
import { openWorld } from '../cli/sandbox.ts'

const dayMs = 86_400_000

/** Resident memory of a process in MiB, now and at its highest; undefined where the system does not tell. */
function memoryOf(pid: number | undefined): { readonly now: number; readonly peak: number } | undefined {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  const mebibytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / 1024
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
}

/** Resolves once `count` has stood still for some looks. */
async function settled(count: () => number): Promise<number> {
  let last = -1
  for (let still = 0; still < 12; await wait(25)) {
    const now = count()
    still = now === last && now > 0 ? still + 1 : 0
    last = now
  }
  return last
}

describe('a reader that takes one line and pauses', { timeout: 120_000 }, () => {
  it('stops the requests, bounds the memory, and gets every row once it continues', async () => {
    const now = new Date()
    const start_date = new Date(now.getTime() - 690 * dayMs).toISOString().slice(0, 10)
    const { sandbox, config } = await openWorld({ pages: 6, days: 700, posts: 0, now }, { start_date })
    let paused = 0
    let peak = 0
    const { code, stdout, stderr } = await runConnector(['read', 'facebook_pages', '--config', config], {
      meanwhile: async (child) => {
        const { stdout: pipe } = child
        if (!pipe) throw new Error('stdout is piped')
        await new Promise<void>((resolve) => pipe.once('data', () => resolve()))
        pipe.pause()
        paused = await settled(() => sandbox.requests.length)
        // Standing still is not dying: the process waits for its reader.
        expect(child.exitCode).toBeNull()
        peak = memoryOf(child.pid)?.peak ?? 0
        pipe.resume()
      },
    })
    const total = sandbox.requests.length
    expect(code).toBe(0)
    expect(total).toBeGreaterThan(200)
    // Discovery, eight slices under way, four pages on their way, and what fits into the pipe.
    expect(paused).toBeLessThan(60)
    expect(peak).toBeLessThan(256)
    const records = messages(stdout).filter(({ type }) => type === 'RECORD').length
    expect(summaryOf(stderr)).toMatchObject({ rows: records, rows_written: records, status: 'complete', retries: 0 })
    expect(records).toBeGreaterThan(100_000)
  })

  it('and leaves ends the read without an error message, resumable', async () => {
    const start_date = new Date(Date.now() - 290 * dayMs).toISOString().slice(0, 10)
    const { sandbox, config } = await openWorld({ pages: 3, days: 300, posts: 0 }, { start_date })
    const { code, stderr } = await runConnector(['read', 'facebook_pages', '--config', config], {
      meanwhile: (child) =>
        new Promise((resolve) => {
          child.stdout?.once('data', () => {
            child.stdout?.destroy()
            resolve()
          })
        }),
    })
    expect(code).toBe(3)
    expect(stderr).not.toMatch(/EPIPE|\n\s+at /)
    expect(sandbox.requests.length).toBeLessThan(60)
  })
})
