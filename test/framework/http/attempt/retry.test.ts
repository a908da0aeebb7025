import { describe, expect, it } from 'vitest'
import { AuthenticationError, ConnectorError } from '../../../../framework/errors.ts'
import type { ExchangeOptions } from '../../../../framework/http/attempt/exchange.ts'
import { createSender } from '../../../../framework/http/attempt/retry.ts'
import type { SendOptions } from '../../../../framework/http/client.ts'
import { createBudget } from '../../../../framework/http/limits/budget.ts'
import { createWaiting } from '../../../../framework/http/limits/waiting.ts'
import type { HttpRequest } from '../../../../framework/http/request.ts'
import type { ErrorHandler, Outcome } from '../../../../framework/http/resolution.ts'
import { createFakeClock, createHandler, createRecordingReporter, fakeResponse, getRequest } from '../fixtures.ts'

type Step = number | ConnectorError | Outcome

interface SetUp {
  readonly patienceSeconds?: number
  readonly deadlineSeconds?: number
  /** Seconds that each try takes. */
  readonly trySeconds?: number
  /** Seconds that each try is kept back by the quota. */
  readonly pacedSeconds?: number
}

const url = 'https://api.example.com/v1/me?api_key=hush-hush'

/** A sender whose tries end as `steps` say; the last step repeats. */
function setUp(steps: readonly Step[], { patienceSeconds = 3600, deadlineSeconds, trySeconds = 0, pacedSeconds = 0 }: SetUp = {}) {
  const clock = createFakeClock()
  const report = createRecordingReporter()
  const budget = createBudget({ clock, ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }) })
  const waiting = createWaiting({ clock, budget, report, patienceSeconds })
  const requests: HttpRequest[] = []
  const blocked: number[] = []
  let retries = 0
  const exchange = async (request: HttpRequest, { onPaced }: ExchangeOptions): Promise<Outcome> => {
    requests.push(request)
    clock.pass(pacedSeconds)
    onPaced(pacedSeconds)
    clock.pass(trySeconds)
    const step = steps[Math.min(requests.length, steps.length) - 1]
    if (typeof step === 'number') return { response: fakeResponse(step, {}, `body of hush-hush, status ${step}`) }
    return step instanceof ConnectorError ? { error: step } : (step as Outcome)
  }
  const sender = createSender({
    exchange,
    waiting,
    clock,
    random: () => 1,
    report,
    redact: (text) => text.replaceAll('hush-hush', '****'),
    onRateLimited: (_, seconds) => blocked.push(seconds),
    onRetry: () => {
      retries++
    },
  })
  let prepared = 0
  const prepare = () => getRequest(url, { headers: { try: String(++prepared) }, context: { account_id: '17' } })
  const send = (handler: ErrorHandler = createHandler(), options?: SendOptions) => sender(prepare, handler, options)
  return { send, clock, report, requests, blocked, retries: () => retries }
}

const broken = () => new ConnectorError('ERR_CONNECTION', 'the connection failed', { failureType: 'transient_error' })

describe('createSender', () => {
  it('gives the first response that the handler accepts, with its resolution', async () => {
    const { send, clock } = setUp([200])
    await expect(send()).resolves.toMatchObject({ response: { status: 200 }, resolution: { action: 'success' } })
    expect(clock.sleeps).toEqual([])
  })

  it.each([
    ['status 500', 500],
    ['status 503', 503],
    ['a broken connection', broken()],
  ])('tries 6 times at %s, after 1, 2, 4, 8 and 16 s at most', async (_, step) => {
    const { send, clock, requests, retries } = setUp([step])
    await expect(send()).rejects.toMatchObject({ failureType: 'transient_error' })
    expect(requests.map((request) => request.headers['try'])).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(clock.sleeps).toEqual([1, 2, 4, 8, 16])
    expect(retries()).toBe(5)
  })

  it('sleeps one second more than the strategy says', async () => {
    const { send, clock } = setUp([500, 500, 500, 200])
    await send(createHandler({ backoff: (_, attempt) => 5 * 2 ** attempt }))
    expect(clock.sleeps).toEqual([11, 21, 41])
  })

  it('honours the handler’s number of retries', async () => {
    const { send, requests } = setUp([500])
    await expect(send(createHandler({ maxRetries: 0 }))).rejects.toThrow(/HTTP 500/)
    expect(requests).toHaveLength(1)
  })

  it('starts no try once maxTime is over', async () => {
    const { send, requests } = setUp([500], { trySeconds: 50 })
    await expect(send(createHandler({ maxRetries: 100, maxTime: 120 }))).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' })
    expect(requests).toHaveLength(3)
  })

  it('does not count the time that the provider asked for against maxTime', async () => {
    const limited: Outcome = { response: fakeResponse(429, { 'retry-after': '500' }) }
    const { send, requests } = setUp([limited, limited, 200])
    await send(createHandler({ maxTime: 600 }))
    expect(requests).toHaveLength(3)
  })

  it('does not count the time that the quota kept it back against maxTime', async () => {
    const { send, requests } = setUp([500, 500, 200], { pacedSeconds: 1000 })
    await send(createHandler({ maxTime: 600 }))
    expect(requests).toHaveLength(3)
  })

  it('waits the provider’s time when rate limited, tells the platform and holds the pool', async () => {
    const { send, clock, report, blocked } = setUp([429, 200])
    const base = createHandler()
    const handler = createHandler({
      interpret: (outcome, request) => ({
        ...base.interpret(outcome, request),
        ...(outcome.response?.status === 429 ? { waitSeconds: 120 } : {}),
      }),
    })
    await send(handler, { stream: 'media' })
    expect(clock.sleeps).toEqual([121])
    expect(report.waits).toEqual([{ stream: 'media', seconds: 121 }])
    expect(blocked).toEqual([121])
    expect(report.lines).toEqual(['info GET https://api.example.com/v1/me: HTTP 429; try 2 of 6 in 121.0 s'])
  })

  it('gives up a rate limit beyond patience with the time to come back', async () => {
    const { send, clock } = setUp([{ response: fakeResponse(429, { 'retry-after': '1000000000' }) }])
    await expect(send()).rejects.toMatchObject({
      name: 'RateLimitError',
      code: 'ERR_RATE_LIMITED',
      retryAfter: 86_401,
      context: { account_id: '17', request: 'GET https://api.example.com/v1/me?api_key=****' },
    })
    expect(clock.sleeps).toEqual([])
  })

  it('gives up a rate limit after the last retry', async () => {
    const { send, requests } = setUp([429])
    await expect(send()).rejects.toMatchObject({ name: 'RateLimitError', code: 'ERR_RATE_LIMITED' })
    expect(requests).toHaveLength(6)
  })

  it('stops at the deadline instead of sleeping beyond it', async () => {
    const { send, clock } = setUp([500], { deadlineSeconds: 5 })
    await expect(send()).rejects.toMatchObject({ name: 'StoppedError', code: 'ERR_DEADLINE' })
    expect(clock.sleeps).toEqual([1, 2])
  })

  it.each(['ERR_TLS', 'ERR_REDIRECT_REFUSED', 'ERR_BODY_TOO_LARGE'])(
    'does not repeat what fails for good (%s), whatever the handler says',
    async (code) => {
      const { send, requests } = setUp([new ConnectorError(code, 'no', { failureType: 'config_error' })])
      await expect(send()).rejects.toMatchObject({ code })
      expect(requests).toHaveLength(1)
    },
  )

  it('asks for new credentials once, at no cost of a retry', async () => {
    const { send, requests, clock } = setUp([401, 401])
    let refreshes = 0
    const handler = createHandler({ maxRetries: 0, interpret: () => ({ action: 'refresh_token', message: 'expired' }) })
    const refresh = async () => {
      refreshes++
      return true
    }
    await expect(send(handler, { refresh })).rejects.toBeInstanceOf(AuthenticationError)
    expect(refreshes).toBe(1)
    expect(requests.map((request) => request.headers['try'])).toEqual(['1', '2'])
    expect(clock.sleeps).toEqual([])
  })

  it.each([
    ['there is no way to', {}],
    ['it failed', { refresh: async () => false }],
  ])('fails as refused when new credentials are needed and %s', async (_, options) => {
    const { send, requests } = setUp([401])
    await expect(send(createHandler({ interpret: () => ({ action: 'refresh_token' }) }), options)).rejects.toMatchObject({
      name: 'AuthenticationError',
      code: 'ERR_UNAUTHORIZED',
    })
    expect(requests).toHaveLength(1)
  })

  it('continues with new credentials', async () => {
    const { send } = setUp([401, 200])
    const base = createHandler()
    const handler = createHandler({
      interpret: (outcome, request) => (outcome.response?.status === 401 ? { action: 'refresh_token' } : base.interpret(outcome, request)),
    })
    await expect(send(handler, { refresh: async () => true })).resolves.toMatchObject({ response: { status: 200 } })
  })

  it('throws the error that the handler made, with the context of the request', async () => {
    const { send } = setUp([400])
    const error = new AuthenticationError('ERR_TOKEN_EXPIRED', 'log in again')
    await expect(send(createHandler({ interpret: () => ({ action: 'fail', error }) }))).rejects.toBe(error)
    expect(error.context).toEqual({
      account_id: '17',
      request: 'GET https://api.example.com/v1/me?api_key=****',
      response: 'HTTP 400: body of ****, status 400',
    })
  })

  it('makes an error from the message, without the query', async () => {
    const { send } = setUp([404])
    const handler = createHandler({
      interpret: () => ({ action: 'fail', message: 'no such thing as hush-hush', failureType: 'config_error' }),
    })
    await expect(send(handler)).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      failureType: 'config_error',
      message: 'GET https://api.example.com/v1/me: HTTP 404: no such thing as ****',
    })
  })

  it('takes an ignored failure as empty, and an ignored response as it is', async () => {
    const handler = createHandler({ interpret: () => ({ action: 'ignore' }) })
    await expect(setUp([broken()]).send(handler)).resolves.toMatchObject({ response: { status: 0 }, resolution: { action: 'ignore' } })
    await expect(setUp([404]).send(handler)).resolves.toMatchObject({ response: { status: 404 } })
  })

  it('does not call a failed attempt a success', async () => {
    const handler = createHandler({ interpret: () => ({ action: 'success' }) })
    await expect(setUp([broken()]).send(handler)).rejects.toMatchObject({ code: 'ERR_CONNECTION' })
  })

  it('adds the context of the request to what the handler throws', async () => {
    const refuse = () => {
      throw new ConnectorError('ERR_BODY_NOT_JSON', 'expected JSON')
    }
    const context = { account_id: '17', request: 'GET https://api.example.com/v1/me?api_key=****' }
    await expect(setUp([200]).send(createHandler({ interpret: refuse }))).rejects.toMatchObject({ code: 'ERR_BODY_NOT_JSON', context })
    await expect(setUp([500]).send(createHandler({ backoff: refuse }))).rejects.toMatchObject({ code: 'ERR_BODY_NOT_JSON', context })
  })

  it('stops while it waits when the run is stopped', async () => {
    const { send, clock } = setUp([500])
    const controller = new AbortController()
    clock.sleep = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        controller.abort()
      })
    await expect(send(createHandler(), { signal: controller.signal })).rejects.toMatchObject({ name: 'StoppedError', code: 'ERR_ABORTED' })
  })
})
