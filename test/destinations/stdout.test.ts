import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { airbyteFormat } from '../../destinations/airbyte-format.ts'
import { jsonlFormat } from '../../destinations/jsonl-format.ts'
import { singerFormat } from '../../destinations/singer-format.ts'
import { streamDestination } from '../../destinations/stdout.ts'
import type { Destination, Item, Row } from '../../framework/index.ts'
import { from, runOf, testDestination } from '../conformance/destination.ts'
import { page, state, streamInfo } from '../conformance/items.ts'

const same = (text: string) => text
const posts = streamInfo('posts')

function collector() {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk)
      setImmediate(done)
    },
  })
  const lines = () =>
    Buffer.concat(chunks)
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  return { stream, lines }
}

function plain({ _stream, ...row }: Row): Row {
  return row
}

const formats = [
  { name: 'airbyte', create: () => airbyteFormat(same), row: (line: Row) => line['record'] as { stream: string; data: Row } },
  { name: 'singer', create: () => singerFormat(same), row: (line: Row) => ({ stream: line['stream'], data: line['record'] as Row }) },
  { name: 'jsonl', create: () => jsonlFormat(), row: (line: Row) => ({ stream: line['_stream'], data: plain(line) }) },
]

for (const { name, create, row } of formats) {
  testDestination(`stdout as ${name}`, async () => {
    const { stream, lines } = collector()
    return {
      open: () => streamDestination(stream, create()),
      rows: async (wanted) =>
        lines()
          .filter(({ type }) => type === undefined || type === 'RECORD')
          .map(row)
          .filter(({ stream }) => stream === wanted)
          .map(({ data }) => data),
      destroy: async () => undefined,
    }
  })
}

async function write(destination: Destination, items: Iterable<Item>, seen: (item: Item) => void = () => undefined): Promise<void> {
  await destination.open(runOf([posts]))
  for await (const item of destination.write(from(items))) seen(item)
}

function* manyPages(count: number): Generator<Item> {
  const rows = Array.from({ length: 100 }, (_, index) => ({ id: String(index), text: 'x'.repeat(100) }))
  for (let number = 1; number <= count; number++) {
    yield page(posts, rows)
    yield state('posts', { number })
  }
}

describe('streamDestination', () => {
  it('waits for a slow reader instead of filling memory', async () => {
    let buffered = 0
    const slow = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        buffered = Math.max(buffered, slow.writableLength)
        setImmediate(done)
      },
    })
    await write(streamDestination(slow, airbyteFormat(same)), manyPages(200))
    expect(buffered).toBeLessThan(64 * 1024)
  })

  it('hands a state on only after it was written', async () => {
    const pending: (() => void)[] = []
    const held = new Writable({ write: (_chunk, _encoding, done) => void pending.push(done) })
    const destination = streamDestination(held, airbyteFormat(same))
    await destination.open(runOf([posts]))
    let accepted = false
    const next = destination
      .write(from([state('posts', { at: 1 })]))
      [Symbol.asyncIterator]()
      .next()
      .then(() => {
        accepted = true
      })
    await new Promise((resolve) => setImmediate(resolve))
    expect(accepted).toBe(false)
    pending[0]?.()
    await next
    expect(accepted).toBe(true)
  })

  it('stops quietly when its reader goes away, with no state beyond what the reader could take', async () => {
    const reader = spawn(process.execPath, ['-e', 'process.stdin.once("data", () => process.exit(0))'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    const destination = streamDestination(reader.stdin, airbyteFormat(same))
    let states = 0
    const failed = write(destination, manyPages(100_000), (item) => {
      if (item.type === 'message') states += 1
    })
    await expect(failed).rejects.toMatchObject({ name: 'StoppedError', code: 'ERR_OUTPUT_CLOSED' })
    await destination.close()
    expect(states).toBeLessThan(1000)
  })

  it('stops when the stream is closed already', async () => {
    const { stream } = collector()
    stream.destroy()
    await expect(write(streamDestination(stream, airbyteFormat(same)), manyPages(1))).rejects.toMatchObject({ code: 'ERR_OUTPUT_CLOSED' })
  })

  it.skipIf(process.platform !== 'linux')('reports a full disk as an error', async () => {
    const full = createWriteStream('/dev/full')
    await expect(write(streamDestination(full, airbyteFormat(same)), manyPages(1))).rejects.toMatchObject({
      code: 'ERR_OUTPUT_FAILED',
      message: expect.stringContaining('ENOSPC'),
    })
  })

  it('counts only what was written', async () => {
    let writes = 0
    const breaking = new Writable({
      write(_chunk, _encoding, done) {
        writes += 1
        done(writes > 2 ? Object.assign(new Error('broken pipe'), { code: 'EPIPE' }) : null)
      },
    })
    const destination = streamDestination(breaking, airbyteFormat(same))
    await expect(write(destination, manyPages(5))).rejects.toMatchObject({ code: 'ERR_OUTPUT_CLOSED' })
    expect(destination.report()).toEqual({ rows: { posts: 100 }, places: ['stdout'] })
  })
})
