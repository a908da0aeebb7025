import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectionState, Destination, Item, Row, RunInfo, StreamInfo } from '../../framework/index.ts'
import { message, page, state, status, streamInfo } from './items.ts'

/** A place that keeps what was written after the destination is gone. */
export interface Place {
  /** A destination for a new run; `committed` is what the registry holds, undefined without one. */
  open(committed?: ConnectionState): Destination | Promise<Destination>
  /** Rows of a stream as a reader finds them, in order, without what the destination adds. */
  rows(stream: string): Promise<readonly Row[]>
  /** How the place keeps a text that it cannot keep as it is. */
  text?(text: string): string
  destroy(): Promise<void>
}

export const runOf = (streams: readonly StreamInfo[], runId = 'run-1'): RunInfo => ({
  runId,
  connector: 'conn::test',
  connection: 'acme',
  streams,
})

/** What every destination has to do; called by the test of each. */
export function testDestination(name: string, createPlace: () => Promise<Place>): void {
  describe(`${name} keeps the contract of a destination`, () => {
    const posts = streamInfo('posts__17')
    const pages = streamInfo('pages')
    let place: Place
    beforeEach(async () => {
      place = await createPlace()
    })
    afterEach(() => place.destroy())
    const kept = (text: string) => place.text?.(text) ?? text

    /** One run over the items; gives what was handed on. */
    async function run(items: readonly Item[], streams: readonly StreamInfo[] = [posts, pages]) {
      const destination = await place.open()
      await destination.open(runOf(streams))
      const accepted: Item[] = []
      try {
        for await (const item of destination.write(from(items))) accepted.push(item)
      } finally {
        await destination.close()
      }
      return { accepted, report: destination.report(), changes: (stream: string) => destination.changes(stream) }
    }

    it('hands on every item, itself, in order', async () => {
      const items = [
        status('posts__17', 'STARTED'),
        page(posts, [{ id: '1' }]),
        page(pages, [{ id: 'p' }]),
        state('posts__17', { at: 1 }),
        status('posts__17', 'COMPLETE'),
      ]
      const { accepted } = await run(items)
      expect(accepted).toHaveLength(items.length)
      accepted.forEach((item, index) => {
        expect(item).toBe(items[index])
      })
    })

    it('writes the rows of each stream in order and counts them', async () => {
      const { report, changes } = await run([
        page(posts, [{ id: '1' }, { id: '2' }]),
        page(pages, [{ id: 'p' }]),
        page(posts, [{ id: '3' }]),
        state('posts__17', { at: 3 }),
        state('pages', { at: 1 }),
      ])
      expect(await place.rows('posts__17')).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }])
      expect(await place.rows('pages')).toEqual([{ id: 'p' }])
      expect(report.rows).toEqual({ posts__17: 3, pages: 1 })
      expect([changes('posts__17'), changes('pages')]).toEqual([
        { inserted: 3, updated: 0 },
        { inserted: 1, updated: 0 },
      ])
      expect(report.places.length).toBeGreaterThan(0)
    })

    it('comes to the same rows, states and counts in two undisturbed runs', async () => {
      const items = () => [
        page(posts, [{ id: '1', text: 'a' }, { id: '2' }]),
        state('posts__17', { at: 2 }),
        page(pages, [{ id: 'p' }]),
        page(posts, [{ id: '3' }]),
        state('pages', { at: 1 }),
        state('posts__17', { at: 3 }),
      ]
      const outcome = async () => {
        const { accepted, report, changes } = await run(items())
        const { places: _, ...counts } = report
        const streams = [posts.name, pages.name]
        const rows = await Promise.all(streams.map((stream) => place.rows(stream)))
        return { rows, states: finalStates(accepted), counts, changes: streams.map(changes) }
      }
      const first = await outcome()
      await place.destroy()
      place = await createPlace()
      expect(await outcome()).toEqual(first)
      expect(first.states).toEqual({ posts__17: { at: 3 }, pages: { at: 1 } })
      expect(first.counts.rows).toEqual({ posts__17: 3, pages: 1 })
      expect(first.rows.map(({ length }) => length)).toEqual(first.changes.map(({ inserted }) => inserted))
    })

    it('leaves the rows as they are', async () => {
      const row = { id: '18000000000000000123', nested: { list: [1, { deep: null }] }, zero: 0, empty: '', text: 'ü' }
      const before = structuredClone(row)
      await run([page(posts, [row]), state('posts__17', { at: 1 })])
      expect(row).toEqual(before)
      expect(await place.rows('posts__17')).toEqual([before])
    })

    it.each([
      ['line breaks of all kinds', { text: 'a\nb\r\nc\u0085d\u2028e\u2029f' }],
      ['NUL and escapes', { text: '\u0000\u001b[2J\\"' }],
      ['right-to-left text and emoji', { text: `${'👩‍👩‍👧‍👦'.repeat(500)}\u202eabc` }],
      ['odd keys', JSON.parse('{"__proto__":{"x":1},"constructor":2,"":3,"a.b":4}')],
      ['no fields', {}],
      ['text that looks like the format', { text: '{"type":"STATE"}\n{"type":"RECORD"}' }],
    ])('takes %s', async (_kind, row: Row) => {
      await run([page(posts, [row, { id: 'next' }]), state('posts__17', { at: 1 })])
      const found = await place.rows('posts__17')
      expect(canonical(found[0], (text) => text)).toBe(canonical(row, kept))
      expect(found).toHaveLength(2)
    })

    it('turns lone surrogates into text that any parser takes', async () => {
      await run([page(posts, [{ text: 'a\ud800b' }]), state('posts__17', { at: 1 })])
      expect(await place.rows('posts__17')).toEqual([{ text: kept('a\ud800b') }])
    })

    it.each(['../../x', 'CON', '/etc/passwd', 'a\u0000b', 'x'.repeat(300), 'Posts', 'posts', 'ünï cödé'])(
      'takes a stream named %j',
      async (name) => {
        const odd = streamInfo(name)
        await run([page(odd, [{ id: name }]), state(name, { at: 1 })], [odd])
        expect(await place.rows(name)).toEqual([{ id: kept(name) }])
      },
    )

    it('keeps streams apart whose names differ by case only', async () => {
      const streams = ['posts', 'Posts', 'POSTS'].map((name) => streamInfo(name))
      await run(
        streams.flatMap((stream) => [page(stream, [{ of: stream.name }]), state(stream.name, { at: 1 })]),
        streams,
      )
      for (const { name } of streams) expect(await place.rows(name)).toEqual([{ of: name }])
    })

    it('asks for an item only after the one before was taken from it', async () => {
      const destination = await place.open()
      await destination.open(runOf([posts]))
      let asked = 0
      async function* source(): AsyncGenerator<Item> {
        for (; asked < 100; ) {
          asked += 1
          yield page(posts, [{ id: String(asked) }])
        }
      }
      const accepted = destination.write(source())[Symbol.asyncIterator]()
      for (let taken = 1; taken <= 5; taken++) {
        await accepted.next()
        expect(asked).toBe(taken)
      }
      await accepted.return?.()
      await destination.close()
    })

    it('passes on the error of the source and can be closed', async () => {
      const destination = await place.open()
      await destination.open(runOf([posts]))
      async function* source(): AsyncGenerator<Item> {
        yield page(posts, [{ id: '1' }])
        throw new Error('source broke')
      }
      const drain = async () => {
        for await (const _ of destination.write(source()));
      }
      await expect(drain()).rejects.toThrow('source broke')
      await destination.close()
      expect(destination.report().rows).toEqual({ posts__17: 1 })
    })

    it('refuses a row that JSON cannot say, and names the stream', async () => {
      const cyclic: Row = { id: '1' }
      cyclic['self'] = cyclic
      await expect(run([page(posts, [cyclic])])).rejects.toMatchObject({ code: 'ERR_RECORD_UNWRITABLE', context: { stream: 'posts__17' } })
    })

    it('counts nothing for a run without rows', async () => {
      const { report, changes } = await run([message({ type: 'LOG', log: { level: 'INFO', message: 'nothing' } })])
      expect(report.rows).toEqual({})
      expect(changes('posts__17')).toEqual({ inserted: 0, updated: 0 })
    })
  })
}

/** The last state of each stream that was handed on. */
function finalStates(accepted: readonly Item[]): Readonly<Record<string, unknown>> {
  const states = accepted.flatMap((item) => {
    if (item.type !== 'message' || item.message.type !== 'STATE') return []
    const { stream_descriptor, stream_state } = item.message.state.stream
    return [[stream_descriptor.name, stream_state] as const]
  })
  return Object.fromEntries(states)
}

/** JSON with sorted keys, texts mapped: databases do not keep the order of keys. */
function canonical(value: unknown, mapText: (text: string) => string): string {
  if (typeof value === 'string') return JSON.stringify(mapText(value))
  if (Array.isArray(value)) return `[${value.map((part) => canonical(part, mapText)).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${canonical(part, mapText)}`)
  return `{${entries.sort().join()}}`
}

/** What a reader of a table sees as the record: fields without a column of their own, and no columns without a value. */
export function recordOf({ _extra, _synced_at, _run_id, ...columns }: Row): Row {
  const fields = [...Object.entries(columns), ...Object.entries((_extra ?? {}) as Row)]
  return Object.fromEntries(fields.filter(([, value]) => value !== null))
}

export async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}
