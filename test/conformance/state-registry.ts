import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Clock,
  type ConnectionState,
  parseExactJson,
  type RunRecord,
  type StateLease,
  type StateRegistry,
  stateText,
} from '../../framework/index.ts'
import { fakeClock } from './fake-clock.ts'

/** Longer than any lease lives without a sign of life. */
const deadTime = 60 * 60_000

export interface StateStore {
  /** A client of this store; several may be open at once, as from several processes. */
  connect(clock: Clock): Promise<StateRegistry>
  /** Throws the store away. */
  destroy(): Promise<void>
}

/** What every state registry has to do; called by the test of each. */
export function testStateRegistry(name: string, createStore: () => Promise<StateStore>): void {
  describe(`${name} keeps the contract of a state registry`, () => {
    const clock = fakeClock()
    let store: StateStore
    let registry: StateRegistry
    const acquire = (run = 'run-1', connection = 'acme') => registry.acquire(connection, 'conn::test', run)
    const commitAll = async (lease: StateLease, states: readonly ConnectionState[]) => {
      for (const state of states) await lease.commit(state)
    }

    beforeEach(async () => {
      store = await createStore()
      registry = await store.connect(clock)
    })
    afterEach(async () => {
      await registry.close()
      await store.destroy()
    })

    it('has nothing before the first commit', async () => {
      const lease = await acquire()
      expect(await lease.load()).toBeUndefined()
      expect(await registry.show('acme')).toBeUndefined()
      expect(await registry.history('acme')).toEqual([])
      await lease.release()
    })

    it('gives back what was committed, to another client too', async () => {
      const lease = await acquire()
      await lease.load()
      await lease.commit({ posts: { created_time: '2026-01-01', nested: { list: [1, null, 'ü\u2028'] } } })
      await lease.release()
      const other = await store.connect(clock)
      const found = await other.show('acme')
      expect(found?.streams).toEqual({ posts: { created_time: '2026-01-01', nested: { list: [1, null, 'ü\u2028'] } } })
      expect(found).toMatchObject({ version: 1, runId: 'run-1', committedAt: '2026-01-02T03:04:05.000Z' })
      await other.close()
    })

    it('gives back long whole numbers with every digit, as numbers where they were, and reads texts of earlier versions', async () => {
      const lease = await acquire()
      const text = '{"number":{"id":9007199254740993,"list":[{"at":-18446744073709551617}]},"text":{"id":"9007199254740993"}}'
      await lease.commit(parseExactJson(text) as ConnectionState)
      await lease.release()
      expect(stateText((await registry.show('acme'))?.streams)).toBe(text)
      const again = await acquire('run-2')
      expect((await again.load())?.streams['number']?.['id']).toBe('9007199254740993')
      await again.commit((await again.load())?.streams ?? {})
      await again.release()
      expect(stateText((await registry.history('acme'))[0]?.streams)).toBe(text)
    })

    it('replaces the streams of a commit and keeps the others', async () => {
      const lease = await acquire()
      await commitAll(lease, [{ a: { at: 1, old: true }, b: { at: 1 } }, { a: { at: 2 } }, { c: { at: 3 } }])
      expect((await lease.load())?.streams).toEqual({ a: { at: 2 }, b: { at: 1 }, c: { at: 3 } })
      expect((await registry.show('acme'))?.version).toBe(3)
      await lease.release()
    })

    it('keeps the newer state when an older one is committed after it', async () => {
      const lease = await acquire()
      await lease.commit({ a: { at: 5 } }, 5)
      await lease.commit({ a: { at: 3 } }, 3)
      await lease.commit({ a: { at: 'five again' } }, 5)
      await lease.commit({ a: { at: 4 }, b: { at: 4 } }, 4)
      expect((await registry.show('acme'))?.streams).toEqual({ a: { at: 5 }, b: { at: 4 } })
      await lease.commit({ a: { at: 6 } }, 6)
      await lease.commit({ b: { at: 'imported' } })
      expect((await lease.load())?.streams).toEqual({ a: { at: 6 }, b: { at: 'imported' } })
      await lease.release()
    })

    it('ends with the newest state of each stream, in whatever order commits arrive', async () => {
      const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 })
      let run = 0
      const commits = fc.record({ order, waits: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }) })
      await fc.assert(
        fc.asyncProperty(commits, async ({ order: positions, waits }) => {
          const lease = await acquire(`run-${++run}`, `connection ${run}`)
          const open: Promise<void>[] = []
          for (const [index, position] of positions.entries()) {
            open.push(lease.commit({ [position % 2 ? 'odd' : 'even']: { at: position } }, position))
            if (waits[index]) await Promise.all(open)
          }
          await Promise.all(open)
          expect((await lease.load())?.streams).toEqual({ odd: { at: 7 }, even: { at: 8 } })
          await lease.release()
        }),
        { numRuns: 10 },
      )
    })

    it('restarts positions with every lease', async () => {
      const first = await acquire('run-1')
      await first.commit({ a: { at: 9 } }, 9)
      await first.release()
      const second = await acquire('run-2')
      await second.load()
      await second.commit({ a: { at: 10 } }, 1)
      expect((await registry.show('acme'))?.streams).toEqual({ a: { at: 10 } })
      await second.release()
    })

    it('keeps all of many commits at once', async () => {
      const lease = await acquire()
      await Promise.all(Array.from({ length: 50 }, (_, index) => lease.commit({ [`stream_${index}`]: { at: index } })))
      expect(Object.keys((await registry.show('acme'))?.streams ?? {})).toHaveLength(50)
      await lease.release()
    })

    it.each(['__proto__', 'constructor', '../../etc/passwd', 'CON', 'Ünï cödé/\u0000', 'x'.repeat(300), ''])(
      'takes %j as any other name',
      async (odd) => {
        const lease = await acquire('run-1', odd)
        await lease.commit(Object.fromEntries([[odd, { at: 1 }]]))
        await lease.release()
        const found = (await registry.show(odd))?.streams ?? {}
        expect(Object.entries(found)).toEqual([[odd, { at: 1 }]])
        expect(({} as Record<string, unknown>)['at']).toBeUndefined()
      },
    )

    it('keeps connections apart, even when their names differ by case only', async () => {
      for (const connection of ['acme', 'Acme', 'ACME']) {
        const lease = await acquire(`run of ${connection}`, connection)
        await lease.commit({ posts: { of: connection } })
        await lease.release()
      }
      expect((await registry.show('Acme'))?.streams).toEqual({ posts: { of: 'Acme' } })
      expect((await registry.show('acme'))?.streams).toEqual({ posts: { of: 'acme' } })
    })

    it('refuses a second reader and says who holds the state since when', async () => {
      const lease = await acquire('run-1')
      const other = await store.connect(clock)
      const refused = other.acquire('acme', 'conn::test', 'run-2')
      await expect(refused).rejects.toMatchObject({ code: 'ERR_STATE_LOCKED', failureType: 'transient_error' })
      await expect(refused).rejects.toThrow(/run-1.*since 2026-01-02T03:04:05.000Z/)
      await lease.release()
      const next = await other.acquire('acme', 'conn::test', 'run-2')
      await next.release()
      await other.close()
    })

    it('lets only one of many readers in', async () => {
      const attempts = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => acquire(`run-${index}`)))
      const leases = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
      expect(leases).toHaveLength(1)
      await leases[0]?.release()
    })

    it('gives tokens that grow with every lease', async () => {
      const tokens: number[] = []
      for (const run of ['run-1', 'run-2', 'run-3']) {
        const lease = await acquire(run)
        tokens.push(lease.token)
        await lease.release()
      }
      expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Number.NaN)
      expect(tokens[2]).toBeGreaterThan(tokens[1] ?? Number.NaN)
    })

    it('lets a new reader take over from a silent one, which then cannot commit', async () => {
      const silent = await acquire('run-1')
      await silent.commit({ a: { at: 1 } })
      clock.advance(deadTime)
      const heir = await acquire('run-2')
      expect(heir.token).toBeGreaterThan(silent.token)
      await expect(silent.commit({ a: { at: 99 } })).rejects.toMatchObject({ code: 'ERR_STATE_FENCED' })
      await heir.commit({ a: { at: 2 } })
      await expect(silent.commit({ a: { at: 99 } })).rejects.toMatchObject({ code: 'ERR_STATE_FENCED' })
      expect((await heir.load())?.streams).toEqual({ a: { at: 2 } })
      await silent.release()
      await heir.commit({ a: { at: 3 } })
      await heir.release()
    })

    it('does not take over from a reader that commits now and then', async () => {
      const lease = await acquire('run-1')
      for (let hour = 0; hour < 3; hour++) {
        clock.advance(deadTime)
        await lease.commit({ a: { hour } })
      }
      await expect(acquire('run-2')).rejects.toMatchObject({ code: 'ERR_STATE_LOCKED' })
      await lease.release()
    })

    it('refuses commits after the release', async () => {
      const lease = await acquire()
      await lease.release()
      await lease.release()
      await expect(lease.commit({ a: {} })).rejects.toMatchObject({ code: 'ERR_STATE_FENCED' })
    })

    it('refuses the state of another connector', async () => {
      const lease = await acquire()
      await lease.commit({ a: { at: 1 } })
      await lease.release()
      const foreign = await registry.acquire('acme', 'conn::other', 'run-2')
      await expect(foreign.load()).rejects.toMatchObject({ code: 'ERR_STATE_OTHER_CONNECTOR', failureType: 'config_error' })
      await expect(foreign.commit({ a: { at: 2 } })).rejects.toMatchObject({ code: 'ERR_STATE_OTHER_CONNECTOR' })
      await foreign.release()
      expect((await registry.show('acme'))?.streams).toEqual({ a: { at: 1 } })
    })

    it('replaces everything, keeps what was there in the history', async () => {
      const first = await acquire('run-1')
      await first.commit({ a: { at: 1 }, b: { at: 2 } })
      await first.release()
      const second = await acquire('run-2')
      await second.replace({ b: { at: 3 }, c: { at: 4 } })
      expect((await second.load())?.streams).toEqual({ b: { at: 3 }, c: { at: 4 } })
      await second.replace({})
      await second.commit({ d: { at: 5 } })
      await second.release()
      const history = await registry.history('acme')
      expect(history.map(({ streams }) => streams)).toEqual([{ d: { at: 5 } }, { a: { at: 1 }, b: { at: 2 } }])
      expect(history.map(({ connector }) => connector)).toEqual(['conn::test', 'conn::test'])
    })

    it('lists the connections that have a state', async () => {
      expect(await registry.connections()).toEqual([])
      for (const connection of ['b', 'a', 'Ünï/\u0000']) {
        const lease = await acquire('run-1', connection)
        await lease.commit({ posts: { at: 1 } })
        await lease.release()
      }
      expect(await registry.connections()).toEqual(['a', 'b', 'Ünï/\u0000'])
    })

    describe('its log of runs', () => {
      const record = (run: number, changes: Partial<RunRecord> = {}): RunRecord => ({
        run_id: `20260101T000000${String(run).padStart(3, '0')}Z-x`,
        connection: 'acme',
        connector: 'conn::test',
        started_at: '2026-01-01T00:00:00.000Z',
        updated_at: '2026-01-01T00:00:01.000Z',
        status: 'running',
        exit_code: null,
        requests: run,
        retries: 0,
        rows: 0,
        rows_written: 0,
        errors: [],
        streams: [],
        ...changes,
      })
      const read = (stream: string, from: string, to: string): RunRecord['streams'][number] => ({
        ...{ stream, kind: stream, outcome: 'complete', rows: 1, slices: 1, failed_slices: 0 },
        complete: [{ from, to }],
      })

      it('is empty at first, and keeps connections apart', async () => {
        expect(await registry.runs.list('acme')).toEqual([])
        expect(await registry.runs.complete('acme')).toEqual({})
        await registry.runs.save(record(1, { connection: 'Ünï/\u0000' }))
        expect(await registry.runs.list('acme')).toEqual([])
        expect(await registry.runs.list('Ünï/\u0000')).toHaveLength(1)
      })

      it('lists runs newest first, each as it was saved last', async () => {
        await registry.runs.save(record(1))
        await registry.runs.save(record(2))
        await registry.runs.save(record(1, { status: 'complete', exit_code: 0 }))
        expect(await registry.runs.list('acme')).toEqual([record(2), record(1, { status: 'complete', exit_code: 0 })])
      })

      it('joins what runs proved complete', async () => {
        await registry.runs.save(record(1, { streams: [read('a', '2026-01-01', '2026-01-10'), read('b', '2026-01-01', '2026-01-02')] }))
        await registry.runs.save(record(2, { streams: [read('a', '2026-01-05', '2026-01-20')] }))
        await registry.runs.save(record(3, { streams: [read('a', '2026-03-01', '2026-03-02')] }))
        expect(await registry.runs.complete('acme')).toEqual({
          a: [
            { from: '2026-01-01', to: '2026-01-20' },
            { from: '2026-03-01', to: '2026-03-02' },
          ],
          b: [{ from: '2026-01-01', to: '2026-01-02' }],
        })
      })

      it('drops the oldest runs, not what they proved', async () => {
        await registry.runs.save(record(1, { streams: [read('a', '2026-01-01', '2026-01-02')] }))
        for (let run = 2; run <= 53; run++) await registry.runs.save(record(run))
        const runs = await registry.runs.list('acme')
        expect([runs.length, runs[0]?.requests, runs.at(-1)?.requests]).toEqual([50, 53, 4])
        expect(await registry.runs.complete('acme')).toEqual({ a: [{ from: '2026-01-01', to: '2026-01-02' }] })
      })
    })

    it('keeps what the latest 20 runs left, newest first', async () => {
      for (let run = 1; run <= 25; run++) {
        const lease = await acquire(`run-${run}`)
        await lease.load()
        await commitAll(lease, [{ a: { run, step: 1 } }, { a: { run, step: 2 } }])
        await lease.release()
      }
      const history = await registry.history('acme')
      expect(history.map(({ streams }) => streams['a'])).toEqual(Array.from({ length: 20 }, (_, index) => ({ run: 25 - index, step: 2 })))
      expect(history[0]).toEqual(await registry.show('acme'))
    })
  })
}
