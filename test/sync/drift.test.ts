import { describe, expect, it } from 'vitest'
import { metaAccountConfig } from '../../connectors/meta/login/account-config.ts'
import { openSchemaRegistry } from '../../schemas/open.ts'
import { temporaryFolder } from '../cli/run.ts'
import { openSyncWorld } from '../service/world.ts'

const DAY = 86_400_000

describe('syncs that watch schemas', () => {
  it('tell once for all accounts that a field changed, and write the rows', async () => {
    const media = { name: 'media', select: ['media'], noun: 'posts', config: metaAccountConfig }
    const { sandbox, tables, ids, request, sync } = await openSyncWorld({ instagram: { accounts: 3, media: 30, days: 300 } }, media)
    const schemas = await openSchemaRegistry(`file:${temporaryFolder()}`, { clock: request.clock })
    expect(await sync({ schemas })).toMatchObject({ success: true, warnings: [] })
    const registered = await schemas.streams()
    expect(registered).toHaveLength(1)
    expect((await schemas.latest(registered[0] ?? ''))?.version).toBe(1)

    sandbox.faults.add({ kind: 'reshape', match: { path: '*/media' }, field: 'mood', change: 'appears', value: 'calm' })
    sandbox.clock.advance(DAY)
    const summary = await sync({ schemas })
    expect(summary).toMatchObject({ success: true, accounts_processed: 3 })
    expect(summary.warnings).toEqual([expect.stringMatching(/drifted \(version 1 → 2\): .*mood/)])
    expect((await schemas.latest(registered[0] ?? ''))?.version).toBe(2)

    sandbox.clock.advance(DAY)
    expect(await sync({ schemas })).toMatchObject({ success: true, warnings: [] })
    expect(tables.count('media')).toBe(ids.reduce((sum, id) => sum + sandbox.truth.media(id).length, 0))
  })
})
