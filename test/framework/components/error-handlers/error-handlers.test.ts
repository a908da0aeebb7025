import { describe, expect, it } from 'vitest'
import { demanding } from '../../../../framework/components/error-handlers/demanding.ts'
import { ErrorHandler } from '../../../../framework/components/error-handlers/error-handler.ts'
import { AuthenticationError, ConnectorError, RateLimitError } from '../../../../framework/errors.ts'
import type { Outcome } from '../../../../framework/http/resolution.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { responseOf } from '../check-vectors.ts'

const request = { method: 'GET', url: 'https://api.example.com/', headers: {} } as const

function handler(node: object = {}, dialect: 'native' | 'airbyte' = 'native'): ErrorHandler {
  return buildComponent(ErrorHandler, { type: 'DefaultErrorHandler', ...node }, testContext({ dialect }))
}

const answered = (status: number, json: unknown = {}, headers = {}): Outcome => ({ response: responseOf({ status, json, headers }) })

describe('DefaultErrorHandler', () => {
  it.each([
    ['SUCCESS', 'success'],
    ['FAIL', 'fail'],
    ['RETRY', 'retry'],
    ['IGNORE', 'ignore'],
    ['RATE_LIMITED', 'rate_limited'],
    ['REFRESH_TOKEN_THEN_RETRY', 'refresh_token'],
    ['RESET_PAGINATION', 'reset_pagination'],
  ])('reads the action %s', (action, expected) => {
    const resolution = handler({ response_filters: [{ http_codes: [418], action }] }).interpret(answered(418), request)
    expect(resolution.action).toBe(expected)
  })

  it.each<[number, string, string | undefined]>([
    [200, 'success', undefined],
    [302, 'success', undefined],
    [400, 'fail', 'system_error'],
    [403, 'fail', 'config_error'],
    [408, 'retry', 'transient_error'],
    [418, 'retry', 'system_error'],
    [429, 'rate_limited', 'transient_error'],
    [503, 'retry', 'transient_error'],
  ])('takes status %i for %s', (status, action, failureType) => {
    const resolution = handler().interpret(answered(status), request)
    expect([resolution.action, resolution.failureType]).toEqual([action, failureType])
  })

  it('tells refused credentials apart', () => {
    expect(handler().interpret(answered(401), request).error).toBeInstanceOf(AuthenticationError)
    const own = handler({ response_filters: [{ http_codes: [401], action: 'FAIL', error_message: 'log in again' }] })
    expect(own.interpret(answered(401), request).error).toMatchObject({ message: 'log in again' })
    expect(handler().interpret(answered(403), request).error).toBeUndefined()
  })

  it.each([
    ['transient_error', 'retry'],
    ['config_error', 'fail'],
    ['system_error', 'fail'],
  ] as const)('takes an attempt that failed with a %s for %s', (failureType, action) => {
    const error = new ConnectorError('ERR_TEST', 'no answer', { failureType })
    expect(handler().interpret({ error }, request)).toMatchObject({ action, failureType, error })
  })

  it('finds an error text in a body that is not JSON', () => {
    const own = handler({ response_filters: [{ error_message_contains: 'quota', action: 'RATE_LIMITED' }] })
    expect(own.interpret({ response: responseOf({ status: 403, text: 'quota exceeded' }) }, request).action).toBe('rate_limited')
  })

  it('does not know a status by its text or a filter without action', () => {
    const own = handler({ response_filters: [{ http_codes: [200] }] })
    expect(own.interpret(answered(200), request).action).toBe('success')
  })

  it.each([
    [{ response_filters: [{ action: 'FAIL' }] }, "needs 'http_codes', 'predicate' or 'error_message_contains'"],
    [{ response_filters: [{ action: 'FALL', http_codes: [1] }] }, 'did you mean FAIL?'],
    [{ max_retries: 'many' }, 'expected an integer'],
  ])('refuses %o', (node, message) => {
    expect(() => handler(node)).toThrow(message)
  })

  it('asks its strategies in order', () => {
    const backoff_strategies = [
      { type: 'WaitTimeFromHeader', header: 'Retry-After' },
      { type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 7 },
    ]
    const own = handler({ backoff_strategies })
    expect(own.backoff(answered(429, {}, { 'Retry-After': '3' }), 1)).toBe(3)
    expect(own.backoff(answered(429), 1)).toBe(7)
    expect(own.backoff(answered(429, {}, { 'Retry-After': '0' }), 1)).toBe(0)
    expect(handler({ backoff_strategies }, 'airbyte').backoff(answered(429, {}, { 'Retry-After': '0' }), 1)).toBe(7)
    expect(handler().backoff(answered(429), 1)).toBeUndefined()
  })

  it('gives up when the provider wants more patience than the manifest has', () => {
    const own = handler({ backoff_strategies: [{ type: 'WaitTimeFromHeader', header: 'Retry-After', max_waiting_time_in_seconds: 60 }] })
    expect(() => own.backoff(answered(429, {}, { 'Retry-After': '60' }), 1)).toThrow(RateLimitError)
  })
})

describe('CompositeErrorHandler', () => {
  const composite = handler({
    type: 'CompositeErrorHandler',
    error_handlers: [
      { max_retries: 2, response_filters: [{ http_codes: [404], action: 'IGNORE' }] },
      {
        max_retries: 9,
        response_filters: [{ http_codes: [400], action: 'RETRY' }],
        backoff_strategies: [{ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 7 }],
      },
    ],
  })

  it.each([
    [404, 'ignore'],
    [400, 'retry'],
    [405, 'fail'],
    [200, 'success'],
  ])('judges %i by the first handler that does not fail: %s', (status, action) => {
    expect(composite.interpret(answered(status), request).action).toBe(action)
  })

  it('takes the retries of the first handler and the first back-off there is', () => {
    expect(composite.maxRetries).toBe(2)
    expect(composite.backoff(answered(500), 1)).toBe(7)
  })

  it('needs a handler', () => {
    expect(() => handler({ type: 'CompositeErrorHandler', error_handlers: [] })).toThrow('at least one')
  })
})

describe('demanding', () => {
  const refuse = (failureType: 'transient_error' | 'config_error') =>
    demanding(handler({ response_filters: [{ http_codes: [410], action: 'IGNORE' }] }), () => {
      throw new ConnectorError('ERR_TEST', 'no use', { failureType })
    })

  it.each([
    ['transient_error', 200, 'retry'],
    ['config_error', 200, 'fail'],
    ['transient_error', 410, 'ignore'],
    ['transient_error', 400, 'fail'],
  ] as const)('a %s about status %i means %s', (failureType, status, action) => {
    expect(refuse(failureType).interpret(answered(status), request).action).toBe(action)
  })
})
