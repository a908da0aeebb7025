import { describe, expect, it } from 'vitest'
import { insights, memoryDestination, memoryTables, openSyncWorld } from '../service/world.ts'

const HOUR = 3_600_000
const few = { instagram: { accounts: 5, media: 30, days: 300 } }

describe('syncAccounts', () => {
  it('reads every account into the table, and costs one request each when nothing is new', async () => {
    const { sandbox, ids, tables, accounts, sync } = await openSyncWorld(few)
    const expected = ids.reduce((sum, id) => sum + sandbox.truth.media(id).length, 0)
    expect(await sync()).toMatchObject({
      success: true,
      accounts_processed: 5,
      posts_inserted: expected,
      posts_updated: 0,
      requests_made: 5,
      errors: [],
      exit_code: 0,
    })
    expect(tables.count('instagram_posts')).toBe(expected)
    sandbox.clock.advance(HOUR)
    const synced = sandbox.clock.now().toISOString()
    const nothing = { success: true, accounts_processed: 5, posts_inserted: 0, posts_updated: 0, requests_made: 5, rows_written: 0 }
    expect(await sync()).toMatchObject(nothing)
    expect((await accounts.list()).map(({ lastSyncedAt }) => lastSyncedAt)).toEqual(ids.map(() => synced))
  })

  it('stops at exactly the budget, and the next runs go on with the stalest', async () => {
    const { sandbox, ids, accounts, tables, sync } = await openSyncWorld(few)
    const first = await sync({ maxRequests: 3 })
    expect(first).toMatchObject({ success: false, exit_code: 3, requests_made: 3, accounts_processed: 3, accounts_left: 2, errors: [] })
    expect(sandbox.requests).toHaveLength(3)
    sandbox.clock.advance(HOUR)
    expect(await sync({ maxRequests: 3 })).toMatchObject({ requests_made: 3, accounts_processed: 3 })
    const synced = await accounts.list()
    expect(synced.every(({ lastSyncedAt }) => lastSyncedAt !== undefined)).toBe(true)
    expect(tables.count('instagram_posts')).toBe(ids.reduce((sum, id) => sum + sandbox.truth.media(id).length, 0))
  })

  it('counts retries against the budget', async () => {
    const { sandbox, sync } = await openSyncWorld(few)
    sandbox.faults.add({ match: { path: '*/media' }, times: 2, kind: 'error', code: 2, status: 503 })
    const summary = await sync({ maxRequests: 4, concurrency: 1 })
    expect(summary).toMatchObject({ requests_made: 4, retries: 2, accounts_processed: 2, exit_code: 3 })
    expect(sandbox.requests).toHaveLength(4)
  })

  it('keeps to priorities before staleness', async () => {
    const { accounts, ids, sync } = await openSyncWorld(few)
    const [, , third = ''] = ids
    const { id, name } = (await accounts.find(third)) ?? { id: '', name: '' }
    await accounts.save({ externalId: third, name, provider: 'meta', login: 'instagram', priority: 1 }, await accounts.token(id))
    await sync({ maxRequests: 1, concurrency: 1 })
    expect((await accounts.list()).filter(({ lastSyncedAt }) => lastSyncedAt !== undefined).map(({ externalId }) => externalId)).toEqual([
      third,
    ])
  })

  it('reports a broken account, flags it, and finishes the others', async () => {
    const { sandbox, ids, accounts, sync } = await openSyncWorld(few)
    const [lost = ''] = ids
    sandbox.tokens.revoke(sandbox.tokens.instagram(lost))
    const summary = await sync()
    expect(summary).toMatchObject({ success: false, exit_code: 1, accounts_processed: 4, accounts_needing_login: 1 })
    expect(summary.errors).toEqual([expect.objectContaining({ account_id: lost, code: expect.stringMatching(/^ERR_/) })])
    expect(JSON.stringify(summary)).not.toContain('sandbox-instagram-token')
    expect(await accounts.find(lost)).toMatchObject({ status: 'needs_login', lastSyncedAt: undefined })
    sandbox.reset()
    expect(await sync()).toMatchObject({ success: true, accounts_processed: 4, accounts_needing_login: 1, errors: [] })
    expect(sandbox.requests).toHaveLength(4)
  })

  it('gives no account up when the program itself is refused', async () => {
    const { sandbox, accounts, sync } = await openSyncWorld(few)
    const message = 'Invalid appsecret_proof provided in the API argument'
    sandbox.faults.add({ match: { path: '*/media' }, kind: 'error', code: 100, message })
    const summary = await sync()
    expect(summary).toMatchObject({ success: false, exit_code: 4, accounts_needing_login: 0 })
    expect(new Set(summary.errors.map(({ code }) => code))).toEqual(new Set(['ERR_APPSECRET_PROOF']))
    expect((await accounts.list()).map(({ status }) => status)).toEqual(Array(5).fill('active'))
    sandbox.faults.clear()
    expect(await sync()).toMatchObject({ success: true, accounts_processed: 5 })
  })

  it('flags an expired token without sending it', async () => {
    const { sandbox, ids, accounts, sync } = await openSyncWorld({ instagram: { accounts: 1, media: 5 } })
    const [only = ''] = ids
    const { id = '' } = (await accounts.find(only)) ?? {}
    await accounts.replaceToken(id, async ({ current }) => ({ ...current, expiresAt: '2026-11-19T00:00:00.000Z' }))
    expect(await sync()).toMatchObject({ exit_code: 4, requests_made: 0, errors: [{ account_id: only, code: 'ERR_TOKEN_EXPIRED' }] })
    expect(await accounts.find(only)).toMatchObject({ status: 'needs_login' })
    expect(sandbox.requests).toHaveLength(0)
  })

  it('moves last_synced_at and the counts only when the rows are in', async () => {
    const { accounts, tables, ids, sandbox, sync } = await openSyncWorld(few)
    let full = true
    const output = async () => memoryDestination(tables, () => full)
    await expect(sync({ output })).rejects.toThrow('the disk is full')
    expect((await accounts.list()).every(({ lastSyncedAt }) => lastSyncedAt === undefined)).toBe(true)
    full = false
    const expected = ids.reduce((sum, id) => sum + sandbox.truth.media(id).length, 0)
    expect(await sync({ output })).toMatchObject({ success: true, posts_inserted: expected })
  })

  it('leaves out accounts that are young enough, paused or not asked for', async () => {
    const { sandbox, accounts, ids, sync } = await openSyncWorld(few)
    await accounts.setStatus('a1', 'paused')
    await sync({ only: ids[1] ?? '' })
    sandbox.clock.advance(HOUR)
    sandbox.reset()
    expect(await sync({ minAgeSeconds: 7200 })).toMatchObject({ accounts_processed: 3 })
    expect(await sync({ minAgeSeconds: 7200 })).toMatchObject({ accounts_processed: 0, requests_made: 0, success: true })
    await expect(sync({ only: '404' })).rejects.toMatchObject({ code: 'ERR_ACCOUNT_UNKNOWN' })
  })

  it('goes on with the others when one account has to wait', async () => {
    const { sandbox, ids, accounts, sync } = await openSyncWorld(few)
    const [blocked = ''] = ids
    sandbox.usage.block(`instagram:${blocked}`, 30)
    const summary = await sync()
    expect(summary).toMatchObject({ exit_code: 5, accounts_processed: 4, errors: [{ account_id: blocked }] })
    expect(await accounts.find(blocked)).toMatchObject({ status: 'active' })
  })

  it('is refused while another run goes on', async () => {
    const { request, sync } = await openSyncWorld(few)
    let entered: (() => void) | undefined
    const opened = new Promise<void>((resolve) => {
      entered = resolve
    })
    let leave: ((value: unknown) => void) | undefined
    const gate = new Promise((resolve) => {
      leave = resolve
    })
    const first = sync({
      output: async (known) => {
        entered?.()
        await gate
        return request.output(known)
      },
    })
    await opened
    await expect(sync()).rejects.toMatchObject({ code: 'ERR_STATE_LOCKED' })
    leave?.(undefined)
    expect(await first).toMatchObject({ success: true })
  })

  it('writes insights under the key of their table', async () => {
    const { tables, ids, sync } = await openSyncWorld({ instagram: { accounts: 2, media: 5 } }, insights)
    const summary = await sync()
    expect(summary).toMatchObject({ success: true, accounts_processed: 2, posts_inserted: 0, rows_inserted: summary.rows_written })
    expect(summary.rows_written).toBeGreaterThan(100)
    const rows = [...(tables.rows.get('instagram_insights')?.values() ?? [])]
    expect(new Set(rows.map(({ account_id }) => account_id))).toEqual(new Set(ids))
    expect(rows.every(({ u_id, metric, end_time }) => u_id === '' && typeof metric === 'string' && typeof end_time === 'string')).toBe(true)
  })

  it('keeps an entry of the log for the run and for every account with news', async () => {
    const { sandbox, accounts, sync } = await openSyncWorld(few)
    const summary = await sync()
    expect(await accounts.logs({ limit: 10 })).toHaveLength(6)
    const [whole] = await accounts.logs({ limit: 1 })
    expect(whole).toMatchObject({
      runId: summary.run_id,
      accountId: undefined,
      inserted: summary.posts_inserted,
      requests: 5,
      success: true,
    })
    sandbox.clock.advance(HOUR)
    await sync()
    expect(await accounts.logs({ limit: 10 })).toHaveLength(7)
  })

  it('writes the rows of a kill that came before the state again, and no other', async () => {
    const { sandbox, ids, request, sync } = await openSyncWorld({ instagram: { accounts: 2, media: 20 } })
    const lostTables = memoryTables()
    const stop = new AbortController()
    const output = async () => {
      const destination = memoryDestination(lostTables)
      return {
        ...destination,
        write: async function* (items: Parameters<typeof destination.write>[0]) {
          for await (const item of destination.write(items)) {
            if (item.type === 'message' && item.message.type === 'STATE') throw new Error('killed')
            yield item
          }
        },
      }
    }
    await expect(sync({ output, signal: stop.signal })).rejects.toThrow('killed')
    const before = lostTables.count('instagram_posts')
    expect(before).toBeGreaterThan(0)
    const again = await sync({ output: async () => memoryDestination(lostTables) })
    const expected = ids.reduce((sum, id) => sum + sandbox.truth.media(id).length, 0)
    expect(again).toMatchObject({ success: true, posts_inserted: expected - before, posts_updated: before, rows_written: expected })
    expect(lostTables.count('instagram_posts')).toBe(expected)
    expect(request.accounts).toBeDefined()
  })
})
