import { describe, expect, it } from 'vitest'
import { BackoffStrategy } from '../../../../framework/components/backoff/backoff-strategy.ts'
import { buildComponent } from '../../../../framework/manifest/build.ts'
import { testContext } from '../../build.ts'
import { responseOf } from '../check-vectors.ts'

const strategy = (node: object) => buildComponent(BackoffStrategy, node, testContext({ config: { wait: 4 }, now: 1_000_000 }))
const outcome = (headers = {}) => ({ response: responseOf({ status: 429, headers }) })

describe('back-off strategies', () => {
  it.each([
    [{ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: '{{ config.wait }}' }, {}, [4, 4]],
    [{ type: 'ExponentialBackoffStrategy' }, {}, [10, 20]],
    [{ type: 'ExponentialBackoffStrategy', factor: 1 }, {}, [2, 4]],
    [{ type: 'WaitTimeFromHeader', header: 'X-Wait', regex: '\\d+' }, { 'x-wait': '17 seconds' }, [17, 17]],
    [{ type: 'WaitTimeFromHeader', header: 'X-Wait' }, { 'x-wait': 'soon' }, [undefined, undefined]],
    [{ type: 'WaitUntilTimeFromHeader', header: 'X-Reset' }, { 'x-reset': '1030' }, [30, 30]],
    [{ type: 'WaitUntilTimeFromHeader', header: 'X-Reset' }, { 'x-reset': '900' }, [undefined, undefined]],
    [{ type: 'WaitUntilTimeFromHeader', header: 'X-Reset', min_wait: 5 }, {}, [5, 5]],
  ])('%o', (node, headers, seconds) => {
    const own = strategy(node)
    expect([1, 2].map((attempt) => own.seconds(outcome(headers), attempt))).toEqual(seconds)
  })

  it('adds jitter of up to twice the range', () => {
    const own = strategy({ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 10, jitter_range_in_seconds: 2 })
    const waits = Array.from({ length: 200 }, () => own.seconds(outcome(), 1) ?? 0)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...waits)).toBeLessThan(14)
    expect(new Set(waits).size).toBeGreaterThan(100)
  })

  it.each([
    [{ type: 'ConstantBackoffStrategy' }, "needs 'backoff_time_in_seconds'"],
    [{ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 'long' }, 'expected a number of seconds'],
    [{ type: 'WaitTimeFromHeader', header: 'a', regex: '(' }, 'is no regular expression'],
  ])('refuses %o', (node, message) => {
    expect(() => strategy(node)).toThrow(message)
  })
})
