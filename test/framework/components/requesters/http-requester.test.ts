import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RequestContext, Requester } from '../../../../framework/components/read/requester.ts'
import { ConnectorError } from '../../../../framework/errors.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { type TestContextOptions, testContext } from '../../build.ts'
import { serveRoutes } from '../retrievers/scripted-server.ts'

const base = { type: 'HttpRequester', url_base: 'https://api.test/v1', path: 'items' }
const answer = { path: '/v1/items', responses: [{ body: {} }] }

function requester(node: object, options: TestContextOptions = {}) {
  const context = testContext(options)
  return { requester: buildComponent(Requester, { ...base, ...node }, context), context }
}

const slice: RequestContext = { scope: { stream_slice: { id: 7 }, next_page_token: null }, parts: {} }

describe('HttpRequester', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it.each([
    [{ path: '/items/{{ stream_slice.id }}' }, 'https://api.test/v1/items/7'],
    [{ path: 'https://other.test/x' }, 'https://other.test/x'],
    [{ request_parameters: { a: 1, b: '1', c: true, d: '{{ none }}', e: ['x', 'y'] } }, 'https://api.test/v1/items?a=1&b=1&c=true&e=x&e=y'],
    [{ request_parameters: { id: '{{ stream_slice.id }}' } }, 'https://api.test/v1/items?id=7'],
  ])('makes the address of %o', (node, url) => {
    expect(requester(node).requester.url(slice)).toBe(url)
  })

  it('orders the query: its own parameters, credentials, page, slice', async () => {
    const received = serveRoutes([answer])
    const apiKey = {
      type: 'ApiKeyAuthenticator',
      api_token: 'sandbox-key',
      inject_into: { inject_into: 'request_parameter', field_name: 'key' },
    }
    await requester({ request_parameters: { z: 1 }, authenticator: apiKey }).requester.send({
      ...slice,
      parts: { params: { page: '2', a: '3' } },
    })
    expect(received[0]?.url).toBe('https://api.test/v1/items?z=1&key=sandbox-key&page=2&a=3')
  })

  it('keeps credentials out of the address that it tells', () => {
    const apiKey = {
      type: 'ApiKeyAuthenticator',
      api_token: 'sandbox-key',
      inject_into: { inject_into: 'request_parameter', field_name: 'key' },
    }
    expect(requester({ authenticator: apiKey }).requester.url(slice)).toBe('https://api.test/v1/items')
  })

  it.each([
    [{ request_body_json: { a: { b: '{{ stream_slice.id }}' }, n: '{{ none }}' } }, 'application/json', '{"a":{"b":7}}'],
    [{ request_body_data: { a: 'x y', l: [1, 2] } }, 'application/x-www-form-urlencoded', 'a=x+y&l=1&l=2'],
    [{ request_body_data: 'id={{ stream_slice.id }}' }, undefined, 'id=7'],
    [{ request_body: { type: 'RequestBodyJsonObject', value: { a: ['{{ stream_slice.id }}'] } } }, 'application/json', '{"a":[7]}'],
    [{ request_body: { type: 'RequestBodyUrlEncodedForm', value: { a: 'x y' } } }, 'application/x-www-form-urlencoded', 'a=x+y'],
    [{ request_body: { type: 'RequestBodyPlainText', value: 'id > {{ stream_slice.id }}' } }, undefined, 'id > 7'],
    [
      { request_body: { type: 'RequestBodyGraphQL', value: { query: 'query { a(id: {{ stream_slice.id }}) }', variables: { b: 1 } } } },
      'application/json',
      '{"query":"query { a(id: 7) }","variables":{"b":1}}',
    ],
  ])('sends the body of %o', async (node, type, body) => {
    const received = serveRoutes([answer])
    await requester({ http_method: 'POST', ...node }).requester.send(slice)
    expect(received[0]?.headers['content-type']).toBe(type)
    expect(received[0]?.body).toBe(body)
  })

  it('writes integers beyond 2^53 with every digit', async () => {
    const received = serveRoutes([answer])
    await requester({ http_method: 'POST' }).requester.send({ ...slice, parts: { body_json: { id: 9007199254740993n, text: '1' } } })
    expect(received[0]?.body).toBe('{"id":9007199254740993,"text":"1"}')
  })

  it.each([
    ['https://api.test/v1/items?after=c2&access_token=sandbox-user-token', 'https://api.test/v1/items?after=c2&limit=5'],
    ['/v2/items?after=c2', 'https://api.test/v2/items?after=c2&limit=5'],
    ['more?limit=5', 'https://api.test/v1/more?limit=5'],
  ])('follows the link %s', (path, url) => {
    expect(requester({ request_parameters: { limit: 5 } }).requester.url({ ...slice, path })).toBe(url)
  })

  it('does not send credentials to the host of a link that is not allowed', async () => {
    const received = serveRoutes([answer])
    const { createHttpClient } = await import('../../../../framework/http/create-client.ts')
    const { createRedactor } = await import('../../../../framework/http/redaction/redaction.ts')
    const plain = testContext()
    const { clock, report } = plain.services
    const http = createHttpClient({ allowedOrigins: ['api.test'], clock, report, redactor: createRedactor() })
    const own = requester(
      { authenticator: { type: 'BearerAuthenticator', api_token: 'sandbox-user-token' } },
      { services: { http } },
    ).requester
    const refused = own.send({ ...slice, path: 'https://evil.test/items?after=c2' })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' })
    expect(received).toEqual([])
  })

  it('tries again while the body is not acceptable, then fails with why', async () => {
    const received = serveRoutes([answer])
    const { requester: own, context } = requester({ error_handler: { type: 'DefaultErrorHandler', max_retries: 2 } })
    const accept = () => {
      throw new ConnectorError('ERR_DATA_MISSING', 'no data', { failureType: 'transient_error' })
    }
    await expect(own.send({ ...slice, accept })).rejects.toMatchObject({ code: 'ERR_DATA_MISSING' })
    expect(received.length).toBe(3)
    expect(context.observed.waits.length).toBe(2)
  })

  it.each([
    [{ url_base: undefined }, "needs 'url_base' or 'url'"],
    [{ request_body_data: 'a', request_body_json: {} }, 'only one of'],
    [{ request_body_data: 'a', request_body: { type: 'RequestBodyPlainText', value: 'b' } }, 'only one of'],
    [{ request_body: { type: 'RequestBodyGraphQL', value: { variables: {} } } }, "needs 'query'"],
    [{ http_method: 'FETCH' }, 'unknown value'],
    [{ path: '{{ nothing }}' }, "unknown name 'nothing'"],
  ])('refuses %o', (node, message) => {
    expect(() => requester(node)).toThrow(message)
  })

  it.each([
    [{ request_parameters: 'a=1' }, 'request_parameters must be a mapping, got'],
    [{ request_parameters: { a: { b: 1 } } }, "the query parameter 'a' is a mapping"],
  ])('refuses to send %o', (node, message) => {
    expect(() => requester(node).requester.url(slice)).toThrow(message)
  })

  it('names account and stream of its requests', async () => {
    let seen: unknown
    const http = {
      secret: () => undefined,
      requestsLeft: () => Number.POSITIVE_INFINITY,
      send: async (prepare: () => unknown) => {
        seen = await prepare()
        throw new Error('enough')
      },
    }
    const own = requester({}, { services: { http } }).requester
    await expect(own.send({ ...slice, stream: 'posts', scope: { ...slice.scope, account: { id: '17' } } })).rejects.toThrow('enough')
    expect(seen).toMatchObject({ paceKey: '17', context: { stream: 'posts', account_id: '17' } })
  })
})
