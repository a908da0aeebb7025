import { describe, expect, it } from 'vitest'
import { backoffBefore, retryAfter } from '../../../../framework/http/attempt/backoff.ts'
import type { Resolution } from '../../../../framework/http/resolution.ts'
import { createFakeClock, createHandler, fakeResponse } from '../fixtures.ts'

const clock = createFakeClock(Date.UTC(2026, 0, 15, 12, 0, 0))

interface Case {
  readonly strategy?: number
  readonly waitSeconds?: number
  readonly header?: string
  readonly action?: Resolution['action']
  readonly attempt?: number
  readonly random?: number
}

function seconds({ strategy, waitSeconds, header, action = 'retry', attempt = 1, random = 0.5 }: Case) {
  return backoffBefore({
    handler: createHandler({ backoff: () => strategy }),
    outcome: { response: fakeResponse(429, header === undefined ? {} : { 'retry-after': header }) },
    resolution: { action, ...(waitSeconds === undefined ? {} : { waitSeconds }) },
    attempt,
    clock,
    random: () => random,
  })
}

describe('backoffBefore', () => {
  it.each([
    ['a strategy of 5 s means 6 s', { strategy: 5 }, 6],
    ['a strategy of 0 s means 1 s', { strategy: 0 }, 1],
    ['a longer strategy outlasts Retry-After', { strategy: 5, header: '3' }, 6],
    ['a longer Retry-After outlasts the strategy', { strategy: 5, header: '30' }, 30.5],
    ['Retry-After with jitter', { header: '3' }, 3.5],
    ['the time of the resolution before the header', { waitSeconds: 20, header: '3' }, 20.5],
    ['an absurd Retry-After is cut to a day', { header: '1000000000' }, 86_400.5],
    ['an absurd resolution is cut to a day', { waitSeconds: 1e15 }, 86_400.5],
    ['Retry-After 0 leaves our own back-off', { header: '0' }, 0.5],
    ['garbage leaves our own back-off', { header: 'soon' }, 0.5],
    ['a senseless strategy leaves our own back-off', { strategy: Number.NaN }, 0.5],
    ['a negative strategy leaves our own back-off', { strategy: -3 }, 0.5],
  ])('%s', (_, input, expected) => {
    expect(seconds(input).seconds).toBeCloseTo(expected, 9)
  })

  it('doubles to 60 s with full jitter', () => {
    const most = [1, 2, 3, 4, 5, 6, 7, 8, 60].map((attempt) => seconds({ attempt, random: 1 }).seconds)
    expect(most).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
    expect(seconds({ attempt: 5, random: 0 }).seconds).toBe(0)
    expect(seconds({ attempt: 5, random: 0.25 }).seconds).toBe(4)
  })

  it('tells the provider’s time from our own', () => {
    expect(seconds({ header: '3' }).asked).toBe('provider')
    expect(seconds({ action: 'rate_limited' }).asked).toBe('provider')
    expect(seconds({ strategy: 5 }).asked).toBe('own')
  })

  it('waits by strategy or jitter when there was no response', () => {
    const outcome = { error: Object.assign(new Error('x'), {}) as never }
    const input = { outcome, resolution: { action: 'retry' as const }, attempt: 2, clock, random: () => 1 }
    expect(backoffBefore({ ...input, handler: createHandler() }).seconds).toBe(2)
    expect(backoffBefore({ ...input, handler: createHandler({ backoff: (_, attempt) => attempt * 10 }) }).seconds).toBe(21)
  })
})

describe('retryAfter', () => {
  it.each([
    ['120', 120],
    [' 7 ', 7],
    ['1.5', 1.5],
    ['0', 0],
    ['1000000000', 1e9],
    ['Thu, 15 Jan 2026 12:00:30 GMT', 30],
    ['Thursday, 15-Jan-26 12:01:00 GMT', 60],
    ['Thu, 15 Jan 2026 11:59:59 GMT', undefined],
    ['Thu, 99 Foo 2026 12:00:00 GMT', undefined],
    ['-5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['2026', 2026],
    ['0x10', undefined],
    ['', undefined],
    ['5, 10', undefined],
    ['NaN', undefined],
  ])('reads %j as %s', (header, expected) => {
    expect(retryAfter(fakeResponse(429, { 'retry-after': header }), clock)).toBe(expected)
  })

  it('is undefined without the header', () => {
    expect(retryAfter(fakeResponse(429), clock)).toBeUndefined()
  })
})
