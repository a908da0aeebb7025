import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../framework/index.ts'
import { openSchemaRegistry } from '../../schemas/open.ts'
import { testSchemaRegistry } from '../conformance/schema-registry.ts'
import { type ConfluentServer, startConfluentServer } from './confluent-server.ts'

testSchemaRegistry('Confluent', async () => {
  const server = await startConfluentServer()
  return { open: () => openSchemaRegistry(server.url, { clock: systemClock }), destroy: () => server.close() }
})

describe('confluentSchemaRegistry', () => {
  const waits: number[] = []
  const clock = { ...systemClock, sleep: async (ms: number) => void waits.push(ms) }
  const schema = { type: 'object', properties: { id: { type: 'string' } } }
  let server: ConfluentServer
  beforeEach(async () => {
    waits.length = 0
    server = await startConfluentServer()
  })
  afterEach(() => server.close())

  it('sends user and password in the header only', async () => {
    const registry = await openSchemaRegistry(server.url.replace('://', '://user:p%40ss@'), { clock })
    await registry.register('c.posts', schema)
    const expected = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(new Set([expected]))
    expect(server.requests.map(({ path }) => path).join()).not.toMatch(/p@ss|p%40ss/)
  })

  it('says what the compatibility level of the subject forbids', async () => {
    const registry = await openSchemaRegistry(server.url, { clock })
    await registry.register('c.posts', schema)
    server.isCompatible = () => false
    await expect(registry.register('c.posts', { ...schema, title: 'next' })).rejects.toMatchObject({ code: 'ERR_SCHEMA_INCOMPATIBLE' })
    expect((await registry.latest('c.posts'))?.version).toBe(1)
  })

  it('tries again when the registry fails, and gives up after a while', async () => {
    const registry = await openSchemaRegistry(server.url, { clock })
    server.failures.push(500, 429)
    expect(await registry.latest('c.posts')).toBeUndefined()
    expect(waits).toEqual([250, 500])
    server.failures.push(503, 503, 503, 503)
    await expect(registry.latest('c.posts')).rejects.toMatchObject({ code: 'ERR_SCHEMA_REGISTRY', failureType: 'transient_error' })
    expect(server.failures).toEqual([])
  })

  it('refuses without trying again when the access is denied', async () => {
    const registry = await openSchemaRegistry(server.url, { clock })
    server.failures.push(401)
    await expect(registry.latest('c.posts')).rejects.toMatchObject({ code: 'ERR_SCHEMA_ACCESS' })
    expect(waits).toEqual([])
  })
})
