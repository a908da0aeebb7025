import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metaComponents } from '../../../../connectors/meta/components.ts'
import { type RequestContext, Requester } from '../../../../framework/components/read/requester.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { type Sandbox, startSandbox } from '../../../../sandbox/sandbox.ts'
import { testContext } from '../../../framework/build.ts'

let sandbox: Sandbox
let accounts: readonly string[]

beforeEach(async () => {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', instagram: { accounts: 2 } })
  accounts = sandbox.truth.accounts()
})
afterEach(() => sandbox.close())

function build(fields: object = {}) {
  const context = testContext({ components: metaComponents, roots: ['account'], now: sandbox.clock.now().getTime() })
  const http = {
    type: 'HttpRequester',
    url_base: `${sandbox.url}/v26.0`,
    authenticator: { type: 'GraphAuthenticator', token: 'sandbox-user-token' },
    error_handler: { type: 'GraphErrorHandler' },
  }
  const node = {
    type: 'GraphBatchRequester',
    requester: { ...http, path: "{{ account['id'] }}" },
    batch: { ...http, http_method: 'POST', path: '/' },
    ...fields,
  }
  return { requester: buildComponent(Requester, node, context) }
}

const ask = (id: string | undefined, params: Record<string, string> = { fields: 'id,username' }): RequestContext => ({
  scope: { account: { id } },
  parts: { params },
})
const sent = () => sandbox.requests.filter(({ inBatch }) => !inBatch)

describe('GraphBatchRequester', () => {
  it('puts calls of the same moment into one batch, and gives each its own answer', async () => {
    const { requester } = build()
    const names = ['username', 'name', 'biography', 'followers_count']
    const answers = await Promise.all(names.map((name) => requester.send(ask(accounts[0], { fields: name }))))
    expect(answers.map(({ response }) => Object.keys(response.json() as object).sort())).toEqual(names.map((name) => [name, 'id'].sort()))
    expect(sent().map(({ method }) => method)).toEqual(['POST'])
    expect(answers[0]?.response.text()).toContain(accounts[0])
    expect(answers[0]?.response.url).toContain(`/${accounts[0]}?fields=username`)
  })

  it('sends a single call as it is', async () => {
    const { requester } = build()
    await requester.send(ask(accounts[0]))
    expect(sent().map(({ method }) => method)).toEqual(['GET'])
  })

  it('does not mix accounts', async () => {
    const { requester } = build()
    await Promise.all([0, 0, 1, 1].map((index) => requester.send(ask(accounts[index]))))
    expect(sent().map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  it('takes fifty calls at most, and tries a single one before a crowd', async () => {
    const { requester } = build()
    await Promise.all(Array.from({ length: 121 }, () => requester.send(ask(accounts[0]))))
    expect(sent().map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'POST'])
  })

  it('refuses what is refused, and only that', async () => {
    const { requester } = build()
    const [good, bad] = await Promise.allSettled([
      requester.send(ask(accounts[0])),
      requester.send(ask(accounts[0], { fields: 'shoe_size' })),
    ])
    expect(good.status).toBe('fulfilled')
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'ERR_FIELD_UNKNOWN' } })
  })

  it('asks again for a body that the caller cannot use', async () => {
    const { requester } = build()
    sandbox.faults.add({ kind: 'body', body: '{"half":', match: { path: `/${accounts[0]}` }, times: 1 })
    const answers = await Promise.all([requester.send(ask(accounts[0])), requester.send(ask(accounts[0]))])
    for (const { response } of answers) expect(response.json()).toMatchObject({ id: accounts[0] })
  })

  it('fails every call of a batch that fails', async () => {
    const { requester } = build()
    sandbox.faults.add({ kind: 'error', code: 190, subcode: 463, message: 'Session has expired', match: { method: 'POST' } })
    const results = await Promise.allSettled([requester.send(ask(accounts[0])), requester.send(ask(accounts[0]))])
    expect(results).toMatchObject([{ reason: { code: 'ERR_TOKEN_EXPIRED' } }, { reason: { code: 'ERR_TOKEN_EXPIRED' } }])
  })

  it('makes no batches where the host takes none', async () => {
    const { requester } = build({ enabled: '{{ false }}' })
    await Promise.all(Array.from({ length: 6 }, () => requester.send(ask(accounts[0]))))
    expect(sent().map(({ method }) => method)).toEqual(Array.from({ length: 6 }, () => 'GET'))
  })

  it('tells the address of a call for a plan', () => {
    expect(build().requester.url(ask(accounts[0]))).toBe(`${sandbox.url}/v26.0/${accounts[0]}?fields=id%2Cusername`)
  })
})
