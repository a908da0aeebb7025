import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { jsonlFormat } from '../../destinations/jsonl-format.ts'
import { streamDestination } from '../../destinations/stdout.ts'
import { tee } from '../../destinations/tee.ts'
import type { Destination } from '../../framework/index.ts'
import { from, runOf, testDestination } from '../conformance/destination.ts'
import { page, streamInfo } from '../conformance/items.ts'

function memory(place: string, limit = Number.POSITIVE_INFINITY) {
  const lines: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      if (lines.length >= limit) return done(Object.assign(new Error('full'), { code: 'ENOSPC' }))
      lines.push(...chunk.split('\n').filter(Boolean))
      done()
    },
  })
  return { lines, destination: streamDestination(stream, jsonlFormat(), place) }
}

testDestination('two outputs', async () => {
  const [first, second] = [memory('first'), memory('second')]
  return {
    open: () => tee([first.destination, second.destination]),
    rows: async (stream) => {
      expect(first.lines).toEqual(second.lines)
      const rows = second.lines.map((line) => JSON.parse(line)).filter(({ _stream }) => _stream === stream)
      return rows.map(({ _stream, ...row }) => row)
    },
    destroy: async () => undefined,
  }
})

describe('tee', () => {
  const posts = streamInfo('posts')

  it('counts what all of them took', async () => {
    const [first, second] = [memory('first'), memory('second', 1)]
    const both = tee([first.destination, second.destination])
    await both.open(runOf([posts]))
    const drain = async () => {
      for await (const _ of both.write(from([page(posts, [{ id: '1' }]), page(posts, [{ id: '2' }])])));
    }
    await expect(drain()).rejects.toMatchObject({ code: 'ERR_OUTPUT_FAILED' })
    expect(both.report()).toEqual({ rows: { posts: 1 }, places: ['first', 'second'] })
  })

  it('can do what all of them can do, and says what each of them lost', () => {
    const first: Destination = { ...memory('a').destination, writes: ['append', 'merge', 'replace'], lost: () => ['posts'] }
    const second: Destination = {
      ...memory('b').destination,
      writes: ['append', 'replace'],
      readsAhead: false,
      lost: () => ['posts', 'pages'],
    }
    const both = tee([first, second])
    expect(both.writes).toEqual(['append', 'replace'])
    expect([both.readsAhead, both.prompt]).toEqual([false, true])
    expect(both.lost([posts])).toEqual(['posts', 'pages'])
  })

  it('closes all of them even when one fails', async () => {
    const closed: string[] = []
    const closing = (name: string, failure?: Error): Destination => ({
      ...memory(name).destination,
      close: async () => {
        closed.push(name)
        if (failure) throw failure
      },
    })
    await expect(tee([closing('a', new Error('a broke')), closing('b')]).close()).rejects.toThrow('a broke')
    expect(closed).toEqual(['a', 'b'])
  })
})
