import { describe, expect, it } from 'vitest'
import { metaComponents } from '../../../../connectors/meta/components.ts'
import { ErrorHandler } from '../../../../framework/components/error-handlers/error-handler.ts'
import { ConnectorError } from '../../../../framework/errors.ts'
import type { HttpRequest, HttpResponse } from '../../../../framework/http/request.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../../framework/build.ts'

const request: HttpRequest = {
  method: 'GET',
  url: 'https://graph.facebook.com/v26.0/me',
  headers: { Authorization: 'Bearer user-token-9' },
}

function response(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const json = () => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      throw new ConnectorError('ERR_BODY_NOT_JSON', 'no JSON', { failureType: 'transient_error' })
    }
  }
  return { status, headers, url: request.url, body: new TextEncoder().encode(text), text: () => text, json }
}

const failed = (code: number, subcode?: number, message = 'text') => ({
  error: { code, message, ...(subcode === undefined ? {} : { error_subcode: subcode }) },
})
const handler = (node: object = {}) =>
  buildComponent(ErrorHandler, { type: 'GraphErrorHandler', ...node }, testContext({ components: metaComponents }))
const blocked = { 'x-business-use-case-usage': '{"1":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":5}]}' }

describe('GraphErrorHandler', () => {
  it.each([
    ['data', 200, { data: [] }, 'success'],
    ['an error with 200', 200, failed(190), 'fail'],
    ['a login page with 200', 200, '<html>', 'retry'],
    ['an empty body', 200, '', 'retry'],
    ['a limit with 400', 400, failed(80001), 'rate_limited'],
    ['a limit with 403', 403, failed(4), 'rate_limited'],
    ['a limit with 500', 500, failed(17), 'rate_limited'],
    ['a refused metric', 400, failed(100, undefined, '(#100) The value must be a valid insights metric'), 'fail'],
    ['a missing object', 400, failed(100, 33), 'retry'],
    ['a server error', 500, failed(1), 'retry'],
    ['a server error with a lasting code', 503, failed(100), 'retry'],
    ['too much data', 500, failed(1, undefined, 'Please reduce the amount of data'), 'fail'],
    ['a status without an error', 404, {}, 'fail'],
    ['a gateway page', 502, '<html>', 'retry'],
    ['a batch of which nothing was done', 200, [null, null], 'retry'],
    ['a batch that hit a limit', 200, [{ code: 400, body: JSON.stringify(failed(80001)) }, null], 'rate_limited'],
    ['a batch with an answer', 200, [{ code: 200, body: '{}' }, null], 'success'],
  ])('takes %s (HTTP %i) as it is meant', (_, status, body, action) => {
    expect(handler().interpret({ response: response(status, body) }, request).action).toBe(action)
  })

  it('tries again after errors of the network, and not after lasting ones', () => {
    const outcome = (failureType: 'transient_error' | 'system_error') => ({
      error: new ConnectorError('ERR_NETWORK', 'reset', { failureType }),
    })
    expect(handler().interpret(outcome('transient_error'), request).action).toBe('retry')
    expect(handler().interpret(outcome('system_error'), request).action).toBe('fail')
  })

  it('takes the time to wait from the usage headers, in seconds', () => {
    expect(handler().interpret({ response: response(400, failed(80001), blocked) }, request)).toMatchObject({ waitSeconds: 300 })
    expect(handler().backoff({ response: response(400, failed(80001), blocked) }, 1)).toBe(300)
  })

  it('waits longer each time when a limit says nothing about its end', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((attempt) => handler().backoff({ response: response(400, failed(4)) }, attempt))
    expect(waits).toEqual([60, 120, 240, 480, 900, 900])
  })

  it.each([
    ['7', undefined],
    ['Fri, 20 Nov 2026 12:00:07 GMT', undefined],
    ['0', 60],
    ['soon', 60],
  ])('leaves it to Retry-After "%s" where the API tells no time', (value, wait) => {
    const outcome = { response: response(429, failed(4), { 'retry-after': value }) }
    expect(handler().backoff(outcome, 1)).toBe(wait)
    expect(handler().backoff({ response: response(429, failed(80001), { ...blocked, 'retry-after': value }) }, 1)).toBe(300)
  })

  it.each([
    ['an unknown error', failed(1), 3],
    ['a missing object', failed(100, 33), 1],
    ['a service that is down', failed(2), 5],
  ])('gives %s its own number of tries', (_, body, tries) => {
    const outcome = { response: response(400, body) }
    expect(() => handler().backoff(outcome, tries)).not.toThrow()
    expect(() => handler().backoff(outcome, tries + 1)).toThrow(ConnectorError)
  })

  it('gives broken answers as many tries as the manifest says', () => {
    const outcome = { response: response(200, '<html>') }
    expect(() => handler({ max_retries: 2 }).backoff(outcome, 2)).not.toThrow()
    expect(() => handler({ max_retries: 2 }).backoff(outcome, 3)).toThrow('no JSON')
  })

  it('takes refusals for an empty answer where the manifest says so', () => {
    const outcome = { response: response(403, failed(200, undefined, '(#200) Requires business_management permission')) }
    expect(handler({ ignored: ['permission'] }).interpret(outcome, request).action).toBe('ignore')
    expect(handler().interpret(outcome, request).action).toBe('fail')
    expect(handler({ ignored: ['permission'] }).interpret({ response: response(400, failed(190, 463)) }, request).action).toBe('fail')
  })

  it('repeats no token of the request', () => {
    const body = failed(190, undefined, 'Malformed access token user-token-9')
    expect(handler().interpret({ response: response(400, body) }, request).message).not.toContain('user-token-9')
  })
})
