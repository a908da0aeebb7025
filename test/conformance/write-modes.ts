import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Item, Row, StreamInfo, StreamWrite, WriteMode } from '../../framework/index.ts'
import { from, type Place, runOf } from './destination.ts'
import { page, state, streamInfo } from './items.ts'

export const replacing = (refresh: string, resumed = false): StreamWrite => ({ mode: 'replace', refresh, resumed })

/** The state that says that every row of the stream came. */
export const completion = (stream: StreamInfo): Item => ({ ...state(stream.name, { done: true }), completes: stream }) as Item

/** What every destination has to do with the ways of writing that it knows. */
export function testWriteModes(name: string, createPlace: () => Promise<Place>, modes: readonly WriteMode[]): void {
  describe(`${name} writes as it was asked to`, () => {
    let place: Place
    beforeEach(async () => {
      place = await createPlace()
    })
    afterEach(() => place.destroy())
    const posts = (write?: StreamWrite): StreamInfo =>
      streamInfo('posts', {
        schema: { type: 'object', properties: { id: { type: 'string' }, text: { type: 'string' } } },
        ...(write ? { write } : {}),
      })

    /** One run of one stream; it is complete unless said otherwise. */
    async function run(stream: StreamInfo, rows: readonly Row[], end: 'complete' | 'broken' = 'complete') {
      const destination = await place.open()
      await destination.open(runOf([stream]))
      const lost = destination.lost([stream])
      const items: Item[] = rows.length > 0 ? [page(stream, rows)] : []
      try {
        const all = [...items, end === 'complete' ? completion(stream) : state(stream.name, { at: rows.length })]
        for await (const _ of destination.write(from(all)));
      } finally {
        await destination.close()
      }
      return { report: destination.report(), lost, changes: destination.changes(stream.name) }
    }
    const rows = async () => (await place.rows('posts')).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    const row = (id: string, text: string) => ({ id, text })

    it('appends every row, whatever its key', async () => {
      await run(posts({ mode: 'append' }), [row('1', 'a'), row('1', 'b')])
      const { changes } = await run(posts({ mode: 'append' }), [row('1', 'a')])
      expect(changes).toEqual({ inserted: 1, updated: 0 })
      expect(await rows()).toEqual([row('1', 'a'), row('1', 'a'), row('1', 'b')])
    })

    it.runIf(modes.includes('merge'))('merges rows by their key', async () => {
      await run(posts({ mode: 'merge' }), [row('1', 'a'), row('2', 'b')])
      const { changes } = await run(posts({ mode: 'merge' }), [row('2', 'c'), row('3', 'd'), row('3', 'e')])
      expect(changes).toEqual({ inserted: 1, updated: 1 })
      expect(await rows()).toEqual([row('1', 'a'), row('2', 'c'), row('3', 'e')])
    })

    it.runIf(modes.includes('merge'))('appends to a table that was merged into before', async () => {
      await run(posts({ mode: 'merge' }), [row('1', 'a')])
      await run(posts({ mode: 'append' }), [row('1', 'b')])
      expect(await rows()).toEqual([row('1', 'a'), row('1', 'b')])
    })

    describe.runIf(modes.includes('replace'))('when it replaces', () => {
      it('leaves only the new rows once the stream is complete', async () => {
        await run(posts(), [row('1', 'a'), row('2', 'b')])
        const { report, changes } = await run(posts(replacing('r1')), [row('1', 'c'), row('3', 'd')])
        expect(await rows()).toEqual([row('1', 'c'), row('3', 'd')])
        expect(report.rows).toEqual({ posts: 2 })
        expect(changes).toEqual(modes.includes('merge') ? { inserted: 1, updated: 1 } : { inserted: 2, updated: 0 })
        expect(report.replaced).toEqual({ posts: 2 })
      })

      it('leaves only the new rows where earlier ones repeat a key', async () => {
        await run(posts({ mode: 'append' }), [row('1', 'a'), row('1', 'b'), row('2', 'b'), row('3', 'b'), row('3', 'b')])
        const { report } = await run(posts(replacing('r1')), [row('1', 'c'), row('2', 'd')])
        expect(await rows()).toEqual([row('1', 'c'), row('2', 'd')])
        expect(report.replaced).toEqual({ posts: 5 })
        await run(posts(replacing('r2')), [row('1', 'e')])
        expect(await rows()).toEqual([row('1', 'e')])
      })

      it('leaves nothing of a stream that has no rows any more', async () => {
        await run(posts(), [row('1', 'a')])
        await run(posts(replacing('r1')), [])
        expect(await rows()).toEqual([])
      })

      it('keeps the old rows of a stream that is not complete', async () => {
        await run(posts(), [row('1', 'a')])
        const { report, changes } = await run(posts(replacing('r1')), [row('2', 'b')], 'broken')
        expect(changes).toEqual({ inserted: 0, updated: 0 })
        expect(await rows()).toEqual([row('1', 'a')])
        expect(report.replaced).toBeUndefined()
      })

      it('resumes with the rows that it wrote before an interruption', async () => {
        await run(posts(), [row('0', 'old')])
        await run(posts(replacing('r1')), [row('1', 'a')], 'broken')
        const { lost, changes } = await run(posts(replacing('r1', true)), [row('2', 'b')])
        expect(lost).toEqual([])
        expect(changes).toEqual({ inserted: 2, updated: 0 })
        expect(await rows()).toEqual([row('1', 'a'), row('2', 'b')])
      })

      it('begins again without the rows of an earlier attempt that is not resumed', async () => {
        await run(posts(replacing('r1')), [row('1', 'a')], 'broken')
        await run(posts(replacing('r1')), [row('2', 'b')], 'broken')
        await run(posts(replacing('r2')), [row('3', 'c')])
        expect(await rows()).toEqual([row('3', 'c')])
      })

      it('says which streams it cannot resume', async () => {
        const { lost } = await run(posts(replacing('r1', true)), [row('1', 'a')])
        expect(lost).toEqual(['posts'])
      })

      it('forgets an attempt once the stream is written in another way', async () => {
        await run(posts(replacing('r1')), [row('1', 'a')], 'broken')
        await run(posts(), [row('2', 'b')])
        const { lost } = await run(posts(replacing('r1', true)), [row('3', 'c')])
        expect(lost).toEqual(['posts'])
        expect(await rows()).toEqual([row('3', 'c')])
      })

      it('can be done again and again', async () => {
        for (const id of ['1', '2', '3']) await run(posts(replacing(`r${id}`)), [row(id, 'x')])
        expect(await rows()).toEqual([row('3', 'x')])
      })
    })
  })
}
