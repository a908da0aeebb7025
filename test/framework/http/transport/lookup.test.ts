import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { describe, expect, it } from 'vitest'
import { guardedLookup } from '../../../../framework/http/transport/lookup.ts'
import { createOrigins } from '../../../../framework/http/transport/origin.ts'

const origins = createOrigins(['graph.facebook.com', 'localhost'])

function resolveBy(resolve: LookupFunction, hostname: string, all: boolean): Promise<string | LookupAddress[]> {
  return new Promise((done, fail) => {
    guardedLookup(origins, resolve)(hostname, { all }, (error, address) => (error ? fail(error) : done(address)))
  })
}

const to =
  (...addresses: string[]): LookupFunction =>
  (_, options, callback) => {
    if (options.all)
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      )
    else callback(null, addresses[0] ?? '', 4)
  }

describe('guardedLookup', () => {
  it('hands public addresses on, one or all', async () => {
    expect(await resolveBy(to('31.13.84.8'), 'graph.facebook.com', false)).toBe('31.13.84.8')
    expect(await resolveBy(to('31.13.84.8', '31.13.84.9'), 'graph.facebook.com', true)).toHaveLength(2)
  })

  it.each([
    ['one', ['127.0.0.1'], false],
    ['all', ['10.0.0.1'], true],
    ['one among all', ['31.13.84.8', '169.254.169.254'], true],
  ])('refuses a name rebound to an internal address (%s)', async (_, addresses, all) => {
    await expect(resolveBy(to(...addresses), 'graph.facebook.com', all)).rejects.toMatchObject({
      code: 'ERR_ADDRESS_REFUSED',
      failureType: 'config_error',
    })
  })

  it('hands failures on', async () => {
    const failing: LookupFunction = (_, __, callback) => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), '')
    await expect(resolveBy(failing, 'graph.facebook.com', true)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it('lets localhost be local', async () => {
    expect(await resolveBy(lookup, 'localhost', false)).toMatch(/^(127\.0\.0\.1|::1)$/)
  })
})
