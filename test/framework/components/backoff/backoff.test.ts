import { describe, expect, it } from 'vitest'
import { BackoffStrategy } from '../../../../framework/components/backoff/backoff-strategy.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { responseOf } from '../check-vectors.ts'

const strategy = (node: object) => buildComponent(BackoffStrategy, node, testContext({ config: { wait: 4 }, now: 1_000_000 }))
const outcome = (headers = {}, text = '') => ({ response: responseOf({ status: 429, headers, text }) })

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

  it.each<[string, string, number | undefined]>([
    ['{{ response.error.wait }}', '{"error":{"wait":17}}', 17],
    ['{{ response.error.wait }}', '{"error":{"wait":"2.5"}}', 2.5],
    ['{{ response.error.wait }}', '{"error":{"wait":0}}', undefined],
    ['{{ response.error.wait }}', '{"error":{"wait":"soon"}}', undefined],
    ['{{ response.error.wait }}', '{"ok":false}', undefined],
    ['{{ response.error.wait }}', '[1]', undefined],
    ['{{ response.error.wait }}', '<html>', undefined],
    ["{{ (headers['X-Reset'] | int) - 1000 }}", '<html>', 30],
  ])('WaitTimeFromResponse %s of %s', (wait_time_in_seconds, body, seconds) => {
    for (const dialect of ['native', 'airbyte'] as const) {
      const own = buildComponent(BackoffStrategy, { type: 'WaitTimeFromResponse', wait_time_in_seconds }, testContext({ dialect }))
      expect(own.seconds(outcome({ 'x-reset': '1030' }, body), 1)).toBe(seconds)
    }
  })

  it('WaitTimeFromResponse ends the stream rather than to wait too long', () => {
    const node = { type: 'WaitTimeFromResponse', wait_time_in_seconds: '{{ response.wait }}', max_waiting_time_in_seconds: 60 }
    expect(() => strategy(node).seconds(outcome({}, '{"wait":60}'), 1)).toThrow('longer than the 60 s')
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
    [{ type: 'WaitTimeFromHeader', header: 'a', regex: '(' }, 'is not a valid regular expression'],
  ])('refuses %o', (node, message) => {
    expect(() => strategy(node)).toThrow(message)
  })
})
