import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Action, actionRoots } from '../../../../framework/components/actions/action.ts'
import { ActionError } from '../../../../framework/components/actions/action-error.ts'
import { Reconciler, type Verdict } from '../../../../framework/components/actions/reconciler.ts'
import { ErrorHandler } from '../../../../framework/components/error-handlers/error-handler.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { defineComponent } from '../../../../framework/manifest/definition/component.ts'
import { raw } from '../../../../framework/manifest/definition/fields.ts'
import { planAction, runAction } from '../../../../framework/runtime/action/run-action.ts'
import { memoryJournal } from '../../../../framework/runtime/ports/memory-journal.ts'
import { type TestContextOptions, testContext } from '../../build.ts'

const host = 'https://api.example.com'
beforeEach(() => nock.disableNetConnect())
afterEach(() => {
  nock.cleanAll()
  nock.enableNetConnect()
})

/** 4xx did not happen, anything else may have. */
const Strict = defineComponent(ErrorHandler, {
  type: 'Strict',
  summary: 'For tests.',
  fields: {},
  examples: [],
  create: () => ({
    maxRetries: 0,
    maxTime: 0,
    backoff: () => undefined,
    interpret: ({ response, error }) => {
      if (response && response.status < 300) return { action: 'success' }
      const refused = response !== undefined && response.status < 500
      const code = response?.status === 409 ? 'BUSY' : 'REFUSED'
      const options = { retryable: !refused, happened: refused ? ('no' as const) : ('unknown' as const) }
      return { action: 'fail', error: new ActionError(code, error?.message ?? `HTTP ${response?.status}`, options) }
    },
  }),
})

const Oracle = defineComponent(Reconciler, {
  type: 'Oracle',
  summary: 'For tests: says what the node says.',
  fields: { verdict: raw({}, { description: 'The verdict.' }) },
  examples: [],
  create: ({ verdict }) => ({ reconcile: async () => verdict as Verdict }),
})

const requester = (method: string, path: string) => ({
  ...{ type: 'HttpRequester', url_base: host, path, http_method: method, error_handler: { type: 'Strict' } },
})
const create = { type: 'CreateStep', name: 'draft', requester: requester('POST', 'drafts'), body: { text: "{{ input['text'] }}" } }
const poll = {
  ...{ type: 'PollStep', name: 'ready', requester: requester('GET', "drafts/{{ steps['draft']['id'] }}") },
  ...{ state: "{{ response['state'] }}", done: ['READY'], failed: { BROKEN: 'BROKEN_DRAFT' }, timeout_code: 'SLOW', timeout_seconds: 300 },
}
const commit = (verdict: Verdict) => ({
  ...{ type: 'CommitStep', name: 'send', requester: requester('POST', 'send'), body: { draft: "{{ steps['draft']['id'] }}" } },
  ...{ reconciler: { type: 'Oracle', verdict }, unknown_code: 'WHO_KNOWS', recover_from: ['BUSY'], recovery: [poll] },
})
const open: Verdict = { kind: 'open', message: 'nobody knows', repeatable: true, seen: {} }

function letter(steps: readonly object[], options: TestContextOptions = {}) {
  const context = testContext({ components: [Strict, Oracle], roots: [...actionRoots], ...options })
  const node = { type: 'DeclarativeAction', name: 'send', summary: 'Sends.', account: 'me', input: {}, steps }
  const action = buildComponent(Action, node, context)
  const journal = memoryJournal()
  const { clock } = context.services
  const request = { action, connector: 'conn::test', input: { text: 'Dear' }, key: 'k' }
  return {
    observed: context.observed,
    journal,
    plan: () => planAction(request),
    run: (resume = false) => runAction(request, { journal, clock, resume }),
  }
}

const drafted = () => nock(host).post('/drafts', { text: 'Dear' }).reply(200, { id: 'd1' })
const state = (value: string) => nock(host).get('/drafts/d1').reply(200, { state: value })
const sent = () => nock(host).post('/send', { draft: 'd1' }).reply(200, { id: 's1' })

describe('an action of steps', () => {
  it('runs them in order, each seeing what came before, and keeps the output of the last', async () => {
    const { run, journal } = letter([create, poll, commit(open)])
    drafted()
    state('READY')
    sent()
    expect(await run()).toMatchObject({ state: 'DONE', output: { id: 's1' }, replayed: false })
    expect(await run()).toMatchObject({ state: 'DONE', output: { id: 's1' }, replayed: true })
    expect((await journal.show('k'))?.steps).toMatchObject({ draft: { status: 'done' }, send: { status: 'done', attempts: 1 } })
  })

  it('plans every call without making one', async () => {
    const calls = await letter([create, poll, commit(open)]).plan()
    expect(calls).toEqual([
      { step: 'draft', method: 'POST', url: `${host}/drafts`, body: { text: 'Dear' } },
      { step: 'ready', method: 'GET', url: `${host}/drafts/<id of draft>`, note: 'until READY' },
      { step: 'send', method: 'POST', url: `${host}/send`, body: { draft: '<id of draft>' }, note: 'once' },
    ])
  })

  it('leaves out steps whose condition does not hold', async () => {
    const { run } = letter([create, { ...poll, when: "{{ input['text'] == 'else' }}" }])
    drafted()
    expect(await run()).toMatchObject({ state: 'DONE', output: { id: 'd1' } })
  })

  it('ends before anything is sent when the input lacks something', async () => {
    const validate = { type: 'ValidateStep', name: 'check', check: { type: 'RequiredFields', fields: ['to'] } }
    expect(await letter([validate, create]).run()).toMatchObject({
      state: 'FAILED',
      failure: { code: 'INVALID_INPUT', details: { missing: ['to'] } },
    })
  })

  it('makes something of each item, one after the other', async () => {
    const each = {
      type: 'ForEachStep',
      name: 'all',
      items: "{{ ['a', 'b'] }}",
      output: "{{ steps['draft']['id'] }}",
      steps: [{ ...create, body: { text: '{{ item }}', n: '{{ item_index }}' } }],
    }
    nock(host).post('/drafts', { text: 'a', n: 0 }).reply(200, { id: 'd1' }).post('/drafts', { text: 'b', n: 1 }).reply(200, { id: 'd2' })
    const outcome = letter([each, { ...create, name: 'list', body: { ids: "{{ steps['all'] | join(',') }}" } }])
    nock(host).post('/drafts', { ids: 'd1,d2' }).reply(200, { id: 'd3' })
    expect(await outcome.run()).toMatchObject({ state: 'DONE', output: { id: 'd3' } })
  })
})

describe('PollStep', () => {
  it('asks at once, then ever more rarely up to the longest pause', async () => {
    const { run, observed } = letter([create, poll])
    drafted()
    nock(host).get('/drafts/d1').times(9).reply(200, { state: 'WAIT' })
    state('READY')
    expect(await run()).toMatchObject({ state: 'DONE' })
    expect(observed.waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  })

  it('ends in time, with a last look', async () => {
    const { run, observed } = letter([create, { ...poll, timeout_seconds: 5, interval_seconds: 2 }])
    drafted()
    nock(host).get('/drafts/d1').times(4).reply(200, { state: 'WAIT' })
    expect(await run()).toMatchObject({ state: 'FAILED', failure: { code: 'SLOW', retryable: true, details: { state: 'WAIT' } } })
    expect(observed.waits).toEqual([2, 2, 1])
    expect(nock.isDone()).toBe(true)
  })

  it('throws away what is broken, so that the next run creates it again', async () => {
    const { run, journal } = letter([create, poll])
    drafted()
    state('BROKEN')
    expect(await run()).toMatchObject({ state: 'FAILED', failure: { code: 'BROKEN_DRAFT' } })
    expect((await journal.show('k'))?.steps).toEqual({})
  })

  it('bears failures that pass, up to a number in a row', async () => {
    const { run } = letter([create, { ...poll, tolerated_failures: '{{ 2 }}' }])
    drafted()
    nock(host).get('/drafts/d1').times(3).reply(503, '')
    expect(await run()).toMatchObject({ state: 'FAILED', failure: { code: 'REFUSED', retryable: true } })
    nock(host).get('/drafts/d1').times(2).reply(503, '')
    state('READY')
    expect(await run()).toMatchObject({ state: 'DONE' })
  })
})

describe('CreateStep', () => {
  it('uses again what is still valid, and creates it again afterwards', async () => {
    const { run, observed } = letter([
      { ...create, valid_seconds: 100 },
      { ...poll, timeout_seconds: 60, interval_seconds: 60 },
    ])
    drafted()
    nock(host).get('/drafts/d1').times(4).reply(200, { state: 'WAIT' })
    await run()
    await run()
    expect(nock.isDone()).toBe(true)
    drafted()
    state('READY')
    expect(await run()).toMatchObject({ state: 'DONE' })
    expect(observed.logs.filter((line) => line.includes('used again'))).toHaveLength(1)
  })

  it('runs its recovery once before it asks again', async () => {
    const { run } = letter([{ ...create, recover_from: ['BUSY'], recovery: [{ ...poll, requester: requester('GET', 'busy') }] }])
    nock(host).post('/drafts').reply(409, '').get('/busy').reply(200, { state: 'READY' }).post('/drafts').reply(200, { id: 'd1' })
    expect(await run()).toMatchObject({ state: 'DONE' })
  })

  it('takes an answer without what it has to give for a failure', async () => {
    nock(host).post('/drafts').reply(200, {})
    expect(await letter([create]).run()).toMatchObject({ state: 'FAILED', failure: { code: 'API_ERROR' } })
  })
})

describe('CommitStep', () => {
  it('is sure of a refusal, and may be tried again', async () => {
    const { run } = letter([create, commit(open)])
    drafted()
    nock(host).post('/send').reply(400, '')
    expect(await run()).toMatchObject({ state: 'FAILED', failure: { code: 'REFUSED' } })
    sent()
    expect(await run()).toMatchObject({ state: 'DONE' })
  })

  it('recovers from a refusal that it knows, a few times', async () => {
    const { run } = letter([create, commit(open)])
    drafted()
    nock(host).post('/send').times(3).reply(409, '').get('/drafts/d1').times(2).reply(200, { state: 'READY' })
    expect(await run()).toMatchObject({ state: 'FAILED', failure: { code: 'BUSY' } })
    expect(nock.isDone()).toBe(true)
  })

  it.each([
    ['a lost answer', () => nock(host).post('/send').replyWithError('reset')],
    ['a failing server', () => nock(host).post('/send').reply(502, '')],
    ['an answer without id', () => nock(host).post('/send').reply(200, {})],
  ])('never repeats by itself after %s, and does so when asked to', async (_, fail) => {
    const { run, observed } = letter([create, commit(open)])
    drafted()
    fail()
    expect(await run()).toMatchObject({ state: 'UNKNOWN', failure: { code: 'WHO_KNOWS', message: 'nobody knows' } })
    expect(await run()).toMatchObject({ state: 'UNKNOWN' })
    expect(observed.waits).toEqual([])
    sent()
    expect(await run(true)).toMatchObject({ state: 'DONE' })
    // What is under way somewhere had the time to show.
    expect(observed.waits).toEqual([120])
  })

  it('never repeats what cannot be shown not to have happened', async () => {
    const { run } = letter([create, commit({ ...open, repeatable: false })])
    drafted()
    nock(host).post('/send').reply(502, '')
    for (const resume of [false, true, true]) expect(await run(resume)).toMatchObject({ state: 'UNKNOWN' })
  })

  it('keeps what was found', async () => {
    const { run } = letter([create, commit({ kind: 'happened', output: { id: 's9' } })])
    drafted()
    nock(host).post('/send').reply(502, '')
    expect(await run()).toMatchObject({ state: 'DONE', output: { id: 's9' } })
  })

  it('starts again when it is certain that nothing happened and nothing can', async () => {
    const { run } = letter([create, commit({ kind: 'absent', code: 'GONE', message: 'expired' })])
    drafted()
    nock(host).post('/send').reply(502, '')
    expect(await run()).toMatchObject({ state: 'FAILED', failure: { code: 'GONE' } })
    drafted()
    sent()
    expect(await run()).toMatchObject({ state: 'DONE', output: { id: 's1' } })
  })
})
