import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActionJournal, ActionRecord, Clock } from '../../framework/index.ts'
import { fakeClock } from './fake-clock.ts'

/** Longer than any claim lives without a sign of life. */
const deadTime = 60 * 60_000

export interface JournalStore {
  /** A client of this store; several may be open at once, as from several processes. */
  connect(clock: Clock): Promise<ActionJournal>
  /** Throws the store away. */
  destroy(): Promise<void>
  /** Journals inside one process have no processes that die. */
  readonly takesOver?: false
}

export function actionRecord(key: string, changes: Partial<ActionRecord> = {}): ActionRecord {
  const at = '2026-01-02T03:04:05.000Z'
  const input = { caption: 'ü\u2028\u0000 "quoted"' }
  return {
    ...{ key, connector: 'conn::test', action: 'publish', account: '1', fingerprint: 'f', input, state: 'RUNNING', steps: {} },
    ...{ runs: 1, startedAt: at, updatedAt: at, ...changes },
  }
}

/** What every journal has to do; called by the test of each. */
export function testActionJournal(name: string, createStore: () => Promise<JournalStore>): void {
  describe(`${name} keeps the contract of an action journal`, () => {
    const clock = fakeClock()
    let store: JournalStore
    let journal: ActionJournal

    beforeEach(async () => {
      store = await createStore()
      journal = await store.connect(clock)
    })
    afterEach(async () => {
      await journal.close()
      await store.destroy()
    })

    it('knows nothing of a new key', async () => {
      expect(await journal.show('k')).toBeUndefined()
      const claim = await journal.claim('k')
      expect(claim.found).toBeUndefined()
      await claim.release()
      expect(await journal.list()).toEqual([])
    })

    it('gives back what was written, to another client too', async () => {
      const record = actionRecord('k', {
        steps: { 'children[0].container': { status: 'done', at: 'now', attempts: 1, output: { id: 'c' } } },
      })
      const claim = await journal.claim('k')
      await claim.write(record)
      await claim.write({ ...record, state: 'DONE', output: { id: '17900000000000000001' } })
      await claim.release()
      const other = await store.connect(clock)
      expect(await other.show('k')).toEqual({ ...record, state: 'DONE', output: { id: '17900000000000000001' }, held: false })
      const again = await other.claim('k')
      expect(again.found).toMatchObject({ state: 'DONE' })
      await again.release()
      await other.close()
    })

    it('lets one at a time work on a key, and says who', async () => {
      const claim = await journal.claim('k')
      await claim.write(actionRecord('k'))
      const other = await store.connect(clock)
      await expect(other.claim('k')).rejects.toMatchObject({ code: 'ERR_ACTION_IN_PROGRESS', failureType: 'transient_error' })
      expect((await other.show('k'))?.held).toBe(true)
      await (await other.claim('another')).release()
      await claim.release()
      await (await other.claim('k')).release()
      expect((await other.show('k'))?.held).toBe(false)
      await other.close()
    })

    it('lets only one of many in', async () => {
      const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => journal.claim('k')))
      const claims = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
      expect(claims).toHaveLength(1)
      await claims[0]?.release()
    })

    it('takes over from a holder that gives no sign of life, and fences it', async () => {
      if (store.takesOver === false) return
      const silent = await journal.claim('k')
      await silent.write(actionRecord('k'))
      clock.advance(deadTime)
      const other = await store.connect(clock)
      expect((await other.show('k'))?.held).toBe(false)
      const next = await other.claim('k')
      expect(next.found).toMatchObject({ state: 'RUNNING' })
      await expect(silent.write(actionRecord('k', { state: 'FAILED' }))).rejects.toMatchObject({ code: 'ERR_ACTION_FENCED' })
      await next.write(actionRecord('k', { state: 'DONE' }))
      await silent.release()
      await expect(journal.claim('k')).rejects.toMatchObject({ code: 'ERR_ACTION_IN_PROGRESS' })
      await next.release()
      await other.close()
    })

    it.each(['__proto__', '../../etc/passwd', 'CON', 'Ünï cödé/\u0000', 'x'.repeat(300), 'K', 'k', '"quoted"'])(
      'takes %j as any other key',
      async (key) => {
        const claim = await journal.claim(key)
        await claim.write(actionRecord(key, { account: key }))
        await claim.release()
        expect((await journal.show(key))?.key).toBe(key)
        expect((await journal.list(key)).map((record) => record.key)).toEqual([key])
      },
    )

    it('lists the newest first, of one account or all', async () => {
      for (const [key, account, second] of [
        ['a', '1', 1],
        ['b', '2', 3],
        ['c', '1', 2],
      ] as const) {
        const claim = await journal.claim(key)
        await claim.write(actionRecord(key, { account, updatedAt: `2026-01-02T03:04:0${second}.000Z` }))
        await claim.release()
      }
      expect((await journal.list()).map(({ key }) => key)).toEqual(['b', 'c', 'a'])
      expect((await journal.list('1')).map(({ key }) => key)).toEqual(['c', 'a'])
    })
  })
}
