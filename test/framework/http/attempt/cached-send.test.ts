import { afterEach, describe, expect, it } from 'vitest'
import type { SendOptions } from '../../../../framework/http/client.ts'
import { createHttpClient } from '../../../../framework/http/create-client.ts'
import { createRedactor } from '../../../../framework/http/redaction/redaction.ts'
import type { HttpRequest } from '../../../../framework/http/request.ts'
import type { ErrorHandler } from '../../../../framework/http/resolution.ts'
import { createFakeClock, createHandler, createRecordingReporter, getRequest, type Loopback, serveHttp } from '../fixtures.ts'

const servers: Loopback[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

/** A server that counts its answers, and a client for it. */
async function setUp(answer: (hit: number) => { readonly status?: number; readonly body?: string } = () => ({})) {
  const server: Loopback = await serveHttp((_, response) => {
    const { status = 200, body = `answer ${server.hits()}` } = answer(server.hits())
    response.writeHead(status).end(body)
  })
  servers.push(server)
  const clock = createFakeClock()
  const options = { allowedOrigins: undefined, clock, report: createRecordingReporter(), redactor: createRedactor() }
  const client = createHttpClient(options)
  const send = async (request: Partial<HttpRequest> = {}, handler: ErrorHandler = createHandler(), more: SendOptions = { cache: true }) =>
    (await client.send(() => getRequest(`${server.origin}/rows`, request), handler, more)).response.text()
  return { client, server, send, another: () => createHttpClient(options) }
}

describe('a request that may be cached', () => {
  it('is sent once in a run, and counted', async () => {
    const { send, server, client } = await setUp()
    expect([await send(), await send(), await send()]).toEqual(['answer 1', 'answer 1', 'answer 1'])
    expect([server.hits(), client.stats().requests, client.stats().cached]).toEqual([1, 1, 2])
  })

  it('waits for the same one on its way', async () => {
    const { send, server } = await setUp()
    expect(new Set(await Promise.all([send(), send(), send(), send()]))).toEqual(new Set(['answer 1']))
    expect(server.hits()).toBe(1)
  })

  it.each<[string, Partial<HttpRequest>]>([
    ['another header', { headers: { authorization: 'Bearer sandbox-other-token' } }],
    ['another method', { method: 'POST' }],
    ['a body', { body: 'x=1' }],
  ])('is another one with %s', async (_, request) => {
    const { send } = await setUp()
    expect([await send(), await send(request)]).toEqual(['answer 1', 'answer 2'])
  })

  it.each<[string, HttpRequest['method']]>([
    ['POST', 'POST'],
    ['DELETE', 'DELETE'],
  ])('is never a %s', async (_, method) => {
    const { send } = await setUp()
    expect([await send({ method }), await send({ method })]).toEqual(['answer 1', 'answer 2'])
  })

  it('is sent again where nobody asked for the cache', async () => {
    const { send } = await setUp()
    expect([await send(), await send({}, createHandler(), {}), await send()]).toEqual(['answer 1', 'answer 2', 'answer 1'])
  })

  it('does not get the failure of another one', async () => {
    const { send, server, client } = await setUp((hit) => (hit === 1 ? { status: 400 } : {}))
    const both = await Promise.allSettled([send(), send()])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect([server.hits(), client.stats().cached]).toEqual([2, 0])
  })

  it('does not get what its own handler refuses, nor what was ignored', async () => {
    const refusing = createHandler({
      interpret: ({ response }) => (response?.text() === 'answer 1' ? { action: 'retry' } : { action: 'success' }),
    })
    const { send } = await setUp()
    expect([await send(), await send({}, refusing)]).toEqual(['answer 1', 'answer 2'])
    const ignoring = await setUp((hit) => ({ status: hit === 1 ? 404 : 200 }))
    const lenient = createHandler({ interpret: ({ response }) => ({ action: response?.status === 404 ? 'ignore' : 'success' }) })
    expect([await ignoring.send({}, lenient), await ignoring.send({}, lenient)]).toEqual(['answer 1', 'answer 2'])
  })

  it('is made once, and again only for a further try', async () => {
    const { client, server } = await setUp((hit) => ({ status: hit === 1 ? 500 : 200 }))
    let made = 0
    const prepare = () => {
      made++
      return getRequest(`${server.origin}/rows`)
    }
    await client.send(prepare, createHandler(), { cache: true })
    expect(made).toBe(2)
    await client.send(prepare, createHandler(), { cache: true })
    expect([made, server.hits()]).toEqual([3, 2])
  })

  it('never gets an answer of another run', async () => {
    const { send, another, server, client } = await setUp()
    await send()
    client.close()
    const answer = await another().send(() => getRequest(`${server.origin}/rows`), createHandler(), { cache: true })
    expect(answer.response.text()).toBe('answer 2')
  })

  it('is not answered once the run was stopped', async () => {
    const { send } = await setUp()
    await send()
    await expect(send({}, createHandler(), { cache: true, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'StoppedError' })
  })
})
