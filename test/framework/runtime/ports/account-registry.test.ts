import { describe, expect, it } from 'vitest'
import { type AccountFilter, type AccountRegistryDefinition, defineAccountRegistry } from '../../../../framework/index.ts'
import { MemoryAccounts } from '../../../service/memory-registry.ts'

const token = { accessToken: 't', createdAt: undefined, expiresAt: undefined }
const account = (externalId: string) => ({ externalId, name: externalId, provider: 'meta', login: 'instagram' })

/** Lists, but does not count. */
function listing(asked: AccountFilter[]): AccountRegistryDefinition {
  const { count: _, ...own } = defineAccountRegistry(new MemoryAccounts())
  const list = (filter: AccountFilter = {}) => {
    asked.push(filter)
    return own.list(filter)
  }
  return { ...own, list }
}

describe('defineAccountRegistry', () => {
  it('counts by listing where a registry does not count, whatever the limit and offset', async () => {
    const asked: AccountFilter[] = []
    const registry = defineAccountRegistry(listing(asked))
    for (const id of ['1', '2', '3']) await registry.save(account(id), token)
    expect(await registry.count({ limit: 1, offset: 2 })).toBe(3)
    expect(await registry.count({ ids: ['2'] })).toBe(1)
    expect(asked).toEqual([{}, { ids: ['2'] }])
  })

  it('lets a registry count itself', async () => {
    const registry = defineAccountRegistry(Object.assign(new MemoryAccounts(), { count: async () => 7 }))
    expect(await registry.count()).toBe(7)
    expect(await registry.list()).toEqual([])
  })
})
