import { afterEach, describe, expect, it } from 'vitest'
import type { CipherOptions } from '../../accounts/token-cipher.ts'
import {
  type AccountFilter,
  type AccountRegistry,
  type AccountToken,
  type Clock,
  type NewAccount,
  systemClock,
} from '../../framework/index.ts'

export interface RegistryPlace {
  /** Opens the registry; every call is a user of its own. */
  connect(options: CipherOptions & { readonly clock: Clock }): Promise<AccountRegistry>
  /** Everything that is stored, as text. */
  stored(): Promise<string>
  destroy(): Promise<void>
}

export const KEY = Buffer.alloc(32, 7).toString('base64')
export const OTHER_KEY = Buffer.alloc(32, 9).toString('hex')

export const tokenOf = (text: string, expiresAt = '2027-01-10T00:00:00.000Z'): AccountToken => ({
  accessToken: `sandbox-user-token-${text}`,
  createdAt: '2026-11-11T00:00:00.000Z',
  expiresAt,
})

export const accountOf = (number: number, more: Partial<NewAccount> = {}): NewAccount => ({
  externalId: `178414${String(number).padStart(11, '0')}`,
  provider: 'meta',
  name: `account ${number}`,
  login: 'facebook',
  ...more,
})

/** The promises of {@link AccountRegistry}, for every implementation. */
export function testAccountRegistry(name: string, setUp: () => Promise<RegistryPlace>): void {
  describe(`AccountRegistry ${name}`, () => {
    const open: AccountRegistry[] = []
    let place: RegistryPlace | undefined
    afterEach(async () => {
      for (const registry of open.splice(0)) await registry.close()
      await place?.destroy()
      place = undefined
    })
    const connect = async (options: CipherOptions = { key: KEY }): Promise<AccountRegistry> => {
      place ??= await setUp()
      const registry = await place.connect({ clock: systemClock, ...options })
      open.push(registry)
      return registry
    }
    const withOne = async (options?: CipherOptions) => {
      const registry = await connect(options)
      const { id } = await registry.save(accountOf(1), tokenOf('one'))
      return { registry, id }
    }

    it('lists what was saved, without tokens', async () => {
      const registry = await connect()
      expect(await registry.list()).toEqual([])
      const saved = await registry.save(accountOf(1, { owner: 'u-1', priority: 1, login: 'instagram' }), tokenOf('one'))
      const [listed] = await (await connect()).list()
      expect(listed).toEqual(saved)
      expect(listed).toEqual({
        id: saved.id,
        externalId: '17841400000000001',
        provider: 'meta',
        name: 'account 1',
        login: 'instagram',
        status: 'active',
        reason: undefined,
        owner: 'u-1',
        priority: 1,
        tokenExpiresAt: '2027-01-10T00:00:00.000Z',
        tokenCreatedAt: '2026-11-11T00:00:00.000Z',
        lastSyncedAt: undefined,
      })
    })

    it('lists by priority, then the stalest first', async () => {
      const registry = await connect()
      for (const number of [1, 2, 3, 4]) await registry.save(accountOf(number, number === 4 ? { priority: 1 } : {}), tokenOf(`${number}`))
      await registry.markSynced('17841400000000001', '2026-11-19T00:00:00Z')
      await registry.markSynced('17841400000000002', '2026-11-18T00:00:00Z')
      expect((await registry.list()).map(({ name }) => name)).toEqual(['account 4', 'account 3', 'account 2', 'account 1'])
    })

    it('lists and counts the accounts that a filter names', async () => {
      const registry = await connect()
      for (const number of [1, 2, 3, 4, 5])
        await registry.save(accountOf(number, { provider: number === 5 ? 'other' : 'meta' }), tokenOf(`${number}`))
      const id = (number: number) => accountOf(number).externalId
      await registry.setStatus(id(2), 'needs_login')
      await registry.setStatus(id(3), 'paused')
      await registry.markSynced(id(1), '2026-11-19T00:00:00.250Z')
      const named = async (filter: AccountFilter) => {
        const names = (await registry.list(filter)).map(({ name }) => Number(name.slice('account '.length)))
        const { limit: _, offset: __, ...unpaged } = filter
        expect(await registry.count(filter)).toBe((await registry.list(unpaged)).length)
        return names
      }
      expect(await named({})).toEqual([2, 3, 4, 5, 1])
      expect(await named({ provider: 'meta' })).toEqual([2, 3, 4, 1])
      expect(await named({ provider: 'nobody' })).toEqual([])
      expect(await named({ statuses: ['active'] })).toEqual([4, 5, 1])
      expect(await named({ statuses: ['needs_login', 'paused'] })).toEqual([2, 3])
      expect(await named({ statuses: [] })).toEqual([])
      expect(await named({ syncedBefore: '2026-11-19T00:00:00.250Z' })).toEqual([2, 3, 4, 5, 1])
      expect(await named({ syncedBefore: '2026-11-19T00:00:00.249Z' })).toEqual([2, 3, 4, 5])
      const own = (await registry.find(id(4)))?.id ?? ''
      expect(await named({ ids: [id(1), own, 'nobody', '99999999999999999999'] })).toEqual([4, 1])
      expect(await named({ ids: [] })).toEqual([])
      expect(await named({ limit: 2 })).toEqual([2, 3])
      expect(await named({ limit: 2, offset: 4 })).toEqual([1])
      expect(await named({ statuses: ['active'], provider: 'meta', syncedBefore: '2026-11-19T00:00:00.000Z', limit: 9 })).toEqual([4])
    })

    it('finds by both ids', async () => {
      const { registry, id } = await withOne()
      expect(await registry.find(id)).toEqual(await registry.find('17841400000000001'))
      expect(await registry.find('nobody')).toBeUndefined()
    })

    it('gives a known account its new token and makes it active again', async () => {
      const { registry, id } = await withOne()
      await registry.save(accountOf(1, { owner: 'u-1', priority: 5 }), tokenOf('one'))
      await registry.setStatus(id, 'needs_login', 'the password was changed')
      expect(await registry.find(id)).toMatchObject({ status: 'needs_login', reason: 'the password was changed' })
      const again = await registry.save({ ...accountOf(1), name: 'renamed' }, tokenOf('two'))
      expect(again).toMatchObject({ id, name: 'renamed', status: 'active', reason: undefined, owner: 'u-1', priority: 5 })
      expect((await registry.token(id)).accessToken).toBe('sandbox-user-token-two')
      expect(await registry.list()).toHaveLength(1)
    })

    it('removes an account once', async () => {
      const { registry, id } = await withOne()
      expect(await registry.remove(id)).toBe(true)
      expect(await registry.remove(id)).toBe(false)
      expect(await registry.list()).toEqual([])
      await expect(registry.token(id)).rejects.toMatchObject({ code: 'ERR_ACCOUNT_UNKNOWN', failureType: 'config_error' })
    })

    it('refuses to speak of accounts that are not there', async () => {
      const registry = await connect()
      const code = 'ERR_ACCOUNT_UNKNOWN'
      await expect(registry.token('nobody')).rejects.toMatchObject({ code })
      await expect(registry.setStatus('nobody', 'paused')).rejects.toMatchObject({ code })
      await expect(registry.markSynced('nobody', '2026-11-19T00:00:00Z')).rejects.toMatchObject({ code })
      await expect(registry.replaceToken('nobody', async () => undefined)).rejects.toMatchObject({ code })
    })

    it('moves the time of the last sync forward only', async () => {
      const { registry, id } = await withOne()
      await registry.markSynced(id, '2026-11-19T10:00:00+01:00')
      await registry.markSynced(id, '2026-11-18T00:00:00Z')
      expect((await registry.find(id))?.lastSyncedAt).toBe('2026-11-19T09:00:00.000Z')
    })

    it('keeps the log of syncs, newest first', async () => {
      const { registry, id } = await withOne()
      const entry = (run: number, accountId?: string) => ({
        runId: `run-${run}`,
        accountId,
        startedAt: `2026-11-19T0${run}:00:00.000Z`,
        finishedAt: `2026-11-19T0${run}:30:00.000Z`,
        success: run !== 2,
        inserted: run,
        updated: 2 * run,
        written: 3 * run,
        requests: 4 * run,
        errors: run === 2 ? ['ERR_GRAPH: refused'] : [],
      })
      for (const [run, account] of [
        [2, id],
        [1, id],
        [3, undefined],
      ] as const)
        await registry.log(entry(run, account))
      expect(await registry.logs({ limit: 10 })).toEqual([entry(3), entry(2, id), entry(1, id)])
      expect(await registry.logs({ limit: 1 })).toEqual([entry(3)])
      expect(await registry.logs({ limit: 10, accountId: id })).toEqual([entry(2, id), entry(1, id)])
    })

    describe('replaceToken', () => {
      it('makes the new token durable', async () => {
        const { registry, id } = await withOne()
        const seen: unknown[] = []
        const result = await registry.replaceToken(id, async ({ current, candidate }) => {
          seen.push(current, candidate)
          return tokenOf('new', '2027-03-01T00:00:00.000Z')
        })
        expect(seen).toEqual([tokenOf('one'), undefined])
        expect(result).toEqual(tokenOf('new', '2027-03-01T00:00:00.000Z'))
        const other = await connect()
        expect(await other.token(id)).toEqual(result)
        expect((await other.find(id))?.tokenExpiresAt).toBe('2027-03-01T00:00:00.000Z')
      })

      it('keeps the old token when there is no new one, or the work fails', async () => {
        const { registry, id } = await withOne()
        expect(await registry.replaceToken(id, async () => undefined)).toEqual(tokenOf('one'))
        await expect(registry.replaceToken(id, () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer')
        expect(await registry.token(id)).toEqual(tokenOf('one'))
      })

      it('replaces a token several times', async () => {
        const { registry, id } = await withOne()
        for (const text of ['two', 'three', 'four']) await registry.replaceToken(id, async () => tokenOf(text))
        expect(await registry.token(id)).toEqual(tokenOf('four'))
      })

      it('gives the candidate of a replacement that did not end to the next one', async () => {
        const { registry, id } = await withOne()
        const broken = registry.replaceToken(id, async ({ keep }) => {
          await keep(tokenOf('untried'))
          throw new Error('the power failed')
        })
        await expect(broken).rejects.toThrow('the power failed')
        expect(await registry.token(id)).toEqual(tokenOf('one'))
        const seen: (AccountToken | undefined)[] = []
        const other = await connect()
        await other.replaceToken(id, async ({ candidate, keep }) => {
          seen.push(candidate)
          await keep(undefined)
          return undefined
        })
        await other.replaceToken(id, async ({ candidate, keep }) => {
          seen.push(candidate)
          await keep(tokenOf('next'))
          return tokenOf('next')
        })
        await other.replaceToken(id, async ({ candidate }) => {
          seen.push(candidate)
          return undefined
        })
        expect(seen).toEqual([tokenOf('untried'), undefined, undefined])
      })

      it('lets one caller at a time, and shows the second what the first has done', async () => {
        const { registry, id } = await withOne()
        const other = await connect()
        const events: string[] = []
        const work = (registry: AccountRegistry, who: string) =>
          registry.replaceToken(id, async ({ current }) => {
            events.push(`${who} finds ${current.accessToken}`)
            await new Promise((done) => setImmediate(done))
            if (current.accessToken !== tokenOf('one').accessToken) return undefined
            return tokenOf('new')
          })
        const results = await Promise.all([work(registry, 'a'), work(other, 'b')])
        expect(results).toEqual([tokenOf('new'), tokenOf('new')])
        expect(events.map((event) => event.slice(1))).toEqual([' finds sandbox-user-token-one', ' finds sandbox-user-token-new'])
      })

      it('lets a new login win over a replacement that is under way', async () => {
        const { registry, id } = await withOne()
        const replaced = registry.replaceToken(id, async () => {
          await registry.save(accountOf(1), tokenOf('login'))
          return tokenOf('derived')
        })
        await replaced.catch((thrown) => expect(thrown).toMatchObject({ code: 'ERR_ACCOUNT_BUSY' }))
        expect(await registry.token(id)).toEqual(tokenOf('login'))
      })

      it('makes an account active that needed a login, and leaves a paused one alone', async () => {
        const { registry, id } = await withOne()
        await registry.setStatus(id, 'needs_login', 'expired')
        await registry.replaceToken(id, async () => tokenOf('new'))
        expect(await registry.find(id)).toMatchObject({ status: 'active', reason: undefined })
        await registry.setStatus(id, 'paused', 'on holiday')
        await registry.replaceToken(id, async () => tokenOf('newer'))
        expect(await registry.find(id)).toMatchObject({ status: 'paused', reason: 'on holiday' })
      })
    })

    describe('encryption', () => {
      it('stores no token in plain text', async () => {
        const { registry, id } = await withOne()
        await registry.replaceToken(id, async ({ keep }) => {
          await keep(tokenOf('untried'))
          return undefined
        })
        const stored = await place?.stored()
        expect(stored).toContain('enc:v1:')
        expect(stored).not.toMatch(/sandbox-user-token/)
      })

      it('says which key is missing', async () => {
        const { id } = await withOne()
        for (const options of [{ key: OTHER_KEY }, { plainText: 'allowed' } as const]) {
          const other = await connect(options)
          await expect(other.token(id)).rejects.toMatchObject({ code: 'ERR_ACCOUNT_TOKEN_UNREADABLE', failureType: 'config_error' })
        }
      })

      it('needs a key to write, unless plain text is asked for', async () => {
        const registry = await connect({})
        await expect(registry.save(accountOf(1), tokenOf('one'))).rejects.toMatchObject({ code: 'ERR_ACCOUNTS_KEY_MISSING' })
        expect(await registry.list()).toEqual([])
        const plain = await connect({ plainText: 'allowed' })
        const { id } = await plain.save(accountOf(1), tokenOf('one'))
        expect(await place?.stored()).toContain('sandbox-user-token-one')
        expect(await plain.token(id)).toEqual(tokenOf('one'))
        await expect(registry.replaceToken(id, async () => tokenOf('new'))).rejects.toMatchObject({ code: 'ERR_ACCOUNTS_KEY_MISSING' })
      })

      it('reads plain texts only where they are allowed, and encrypts them when the key is rotated', async () => {
        const { id } = await withOne({ plainText: 'allowed' })
        const keyed = await connect({ key: KEY })
        await expect(keyed.token(id)).rejects.toMatchObject({ code: 'ERR_ACCOUNT_TOKEN_PLAIN' })
        expect(await (await connect({ key: KEY, plainText: 'allowed' })).token(id)).toEqual(tokenOf('one'))
        expect(await keyed.rotateKey()).toBe(1)
        expect(await keyed.token(id)).toEqual(tokenOf('one'))
        expect(await place?.stored()).not.toMatch(/sandbox-user-token/)
      })

      it('rotates keys: everything opens with the new one alone, and nothing is done twice', async () => {
        const { registry, id } = await withOne()
        await registry.replaceToken(id, async ({ keep }) => {
          await keep(tokenOf('untried'))
          return undefined
        })
        const both = await connect({ key: OTHER_KEY, oldKeys: [KEY] })
        expect(await both.token(id)).toEqual(tokenOf('one'))
        expect([await both.rotateKey(), await both.rotateKey()]).toEqual([1, 0])
        const after = await connect({ key: OTHER_KEY })
        expect(await after.token(id)).toEqual(tokenOf('one'))
        await after.replaceToken(id, async ({ candidate }) => {
          expect(candidate).toEqual(tokenOf('untried'))
          return undefined
        })
      })

      it('keeps every token as it is when one of them cannot be opened', async () => {
        const { registry } = await withOne()
        const other = await connect({ key: OTHER_KEY })
        await other.save(accountOf(2), tokenOf('two'))
        await expect(other.rotateKey()).rejects.toMatchObject({ code: 'ERR_ACCOUNT_TOKEN_UNREADABLE' })
        expect(await registry.token('17841400000000001')).toEqual(tokenOf('one'))
        expect(await other.token('17841400000000002')).toEqual(tokenOf('two'))
      })
    })
  })
}
