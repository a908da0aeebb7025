import { describe, expect, it } from 'vitest'
import { leaseTime } from '../../../../framework/runtime/ports/lease-time.ts'

describe('leaseTime', () => {
  it.each([
    [undefined, 300_000],
    ['', 300_000],
    ['30', 30_000],
    ['3600', 3_600_000],
  ])('takes CONNECTOR_LEASE_SECONDS=%s', (CONNECTOR_LEASE_SECONDS, milliseconds) => {
    expect(leaseTime({ CONNECTOR_LEASE_SECONDS })).toBe(milliseconds)
  })

  it.each(['0', '4', '-30', '1.5', 'ten', '5m', '86401'])('refuses CONNECTOR_LEASE_SECONDS=%s', (CONNECTOR_LEASE_SECONDS) => {
    expect(() => leaseTime({ CONNECTOR_LEASE_SECONDS })).toThrow(/ from 5 to 86400, got/)
  })
})
