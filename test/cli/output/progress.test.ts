import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../cli/output/progress.ts'
import type { Clock } from '../../../framework/clock.ts'
import { message, page, status, streamInfo } from '../../conformance/items.ts'
import { screen } from './screen.ts'

/** A clock whose sleepers wake only when the time is moved. */
function steppedClock() {
  let time = 0
  let sleepers: { at: number; wake: () => void }[] = []
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ at: time + ms, wake: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const move = async (ms: number) => {
    time += ms
    for (const { wake } of sleepers.filter(({ at }) => at <= time)) wake()
    sleepers = sleepers.filter(({ at }) => at > time)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, move }
}

const streams = ['posts__1', 'posts__2', 'pages__1'].map((name) => streamInfo(name))
const [posts] = streams
const rows = Array.from({ length: 1234 }, () => ({}))

async function open(isTTY = true, shown = streams) {
  const stderr = screen(isTTY)
  const { clock, move } = steppedClock()
  const progress = await createProgress({ stream: stderr, clock, streams: shown, network: () => ({ requests: 12, retries: 1 }) })
  // The last picture: what follows the last erasure.
  const picture = () => stripVTControlCharacters(stderr.text().split('\u001b[G').at(-1) ?? '').trimEnd()
  return { stderr, progress, move, picture }
}

describe('createProgress', () => {
  it('draws what is running, how much came and what it cost', async () => {
    const { progress, move, picture } = await open()
    progress.observe(status('posts__1', 'STARTED'))
    progress.observe(status('posts__2', 'STARTED'))
    progress.observe(page(posts ?? streamInfo(''), rows))
    progress.observe(status('posts__1', 'COMPLETE'))
    progress.observe(status('pages__1', 'STARTED'))
    progress.observe(status('pages__1', 'INCOMPLETE'))
    await move(61_000)
    expect(picture().split('\n')).toEqual([
      '2 of 3 streams · 1,234 rows · 12 calls · 1 repeated · 1:01',
      '  posts  1/2  1,234 rows  1 running',
      '  pages  0/1  0 rows  1 failed',
    ])
    progress.stop()
  })

  it('says that a stream waits for its rate limit', async () => {
    const { progress, move, picture } = await open()
    progress.observe(status('posts__1', 'STARTED'))
    const stream_status = { stream_descriptor: { name: 'posts__1' }, status: 'RUNNING' as const, reasons: [{ type: 'RATE_LIMITED' }] }
    progress.observe(message({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 0, stream_status } }))
    await move(100)
    expect(picture()).toContain('waiting for the rate limit')
    progress.stop()
  })

  it('draws at most ten times a second and never forgets the last change', async () => {
    const { stderr, progress, move, picture } = await open()
    for (let index = 0; index < 1000; index++) progress.observe(page(posts ?? streamInfo(''), [{}]))
    const drawn = stderr.text().length
    await move(99)
    expect(stderr.text()).toHaveLength(drawn)
    await move(1)
    expect(picture()).toContain('1,000 rows')
    progress.stop()
  })

  it('fits any number of streams and any name into the terminal', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => streamInfo(`kind${index % 40}_\u001b[2J${'x'.repeat(100)}__${index}`))
    const { progress, move, picture } = await open(true, many)
    for (const stream of many) progress.observe(page(stream, [{}]))
    await move(100)
    const lines = picture().split('\n')
    expect(lines.length).toBeLessThan(16)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80)
    expect(lines[1]).toBe('  … 28 more kinds of streams')
    progress.stop()
  })

  it('prints lines above the picture and leaves only them when it stops', async () => {
    const { stderr, progress, move, picture } = await open()
    progress.observe(status('posts__1', 'STARTED'))
    progress.print('a line')
    await move(100)
    expect(stripVTControlCharacters(stderr.text())).toContain('a line\n')
    progress.stop()
    expect(picture()).toBe('')
    progress.observe(status('posts__1', 'COMPLETE'))
    await move(1000)
    expect(picture()).toBe('')
  })

  it('draws nothing where no person looks', async () => {
    const { stderr, progress, move } = await open(false)
    progress.observe(status('posts__1', 'STARTED'))
    await move(1000)
    progress.print('a line')
    progress.stop()
    expect(stderr.text()).toBe('a line\n')
  })
})
