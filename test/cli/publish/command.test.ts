import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../../sandbox/sandbox.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { configFile, runConnector, temporaryFolder } from '../run.ts'

const TOKEN = 'sandbox-user-token'

async function openPlace(options: SandboxOptions = {}, more: Readonly<Record<string, unknown>> = {}) {
  const sandbox: Sandbox = await startSandbox({ instagram: { media: 5, accounts: 1 }, publishing: { imageSeconds: 0 }, ...options })
  onTestFinished(() => sandbox.close())
  const folder = temporaryFolder()
  const account = sandbox.instagram.accounts[0] ?? ''
  const settings = {
    access_token: TOKEN,
    instagram_account_id: account,
    base_url: sandbox.url,
    local_media: true,
    reconcile_looks: 1,
    settle_seconds: 0,
  }
  const config = configFile({ ...settings, ...more })
  const input = join(folder, 'post.json')
  const write = (post: unknown) => writeFileSync(input, JSON.stringify(post))
  const image = { type: 'image', url: sandbox.sample('photo.jpg') }
  write({ type: 'image', caption: 'From the command line', media: [image] })
  const journal = `file:${join(folder, 'journal')}`
  const publish = (...args: readonly string[]) => runConnector(['publish', ...args])
  return {
    ...{ sandbox, folder, account, config, input, journal, image, write, publish },
    post: (...args: readonly string[]) => publish('instagram_publish', '--config', config, '--input', input, '--journal', journal, ...args),
    resume: (key: string, ...args: readonly string[]) => publish('resume', key, '--config', config, '--journal', journal, ...args),
    live: () => sandbox.published(account).by_caption,
  }
}

describe('connector publish', () => {
  it('publishes once, prints JSON on stdout and a sentence on stderr, and shows no token', async () => {
    const { post, publish, live, journal, account } = await openPlace()
    const first = await post('--idempotency-key', 'hello')
    expect(first.code, first.stderr).toBe(0)
    const result = JSON.parse(first.stdout)
    expect(result).toMatchObject({
      key: 'hello',
      state: 'PUBLISHED',
      id: expect.stringMatching(/^\d+$/),
      permalink: expect.stringMatching(/^https:/),
    })
    expect(first.stderr).toMatch(/Published: https:.*\(key hello\)/)
    const second = await post('--idempotency-key', 'hello')
    expect(JSON.parse(second.stdout)).toEqual({ ...result, replayed: true })
    expect(live()).toEqual({ 'From the command line': 1 })
    const status = await publish('status', 'hello', '--journal', journal)
    expect(JSON.parse(status.stdout)).toMatchObject({
      state: 'PUBLISHED',
      held: false,
      account,
      steps: { publish: { status: 'done', attempts: 1 } },
    })
    const list = await publish('list', '--journal', journal)
    expect(JSON.parse(list.stdout)).toMatchObject({ key: 'hello', state: 'PUBLISHED' })
    expect(`${first.stdout}${first.stderr}${status.stdout}${list.stdout}`).not.toContain(TOKEN)
  })

  it('shows every call of a dry run and makes none', async () => {
    const { post, write, image, sandbox, folder, account } = await openPlace()
    const video = { type: 'video', url: sandbox.sample('film.mp4') }
    write({ type: 'carousel', caption: 'Two', hashtags: ['dry'], media: [{ ...image, alt_text: 'A' }, video] })
    const { code, stdout, stderr } = await post('--dry-run')
    expect(code, stderr).toBe(0)
    const { calls } = JSON.parse(stdout)
    expect(calls.map(({ step, method }: Record<string, string>) => `${method} ${step}`)).toEqual([
      'GET quota',
      'POST children[0].container',
      'POST children[1].container',
      'GET children[1].ready',
      'POST container',
      'GET ready',
      'POST publish',
      'GET media',
    ])
    expect(calls[4]).toMatchObject({
      url: `${sandbox.url}/v26.0/${account}/media`,
      body: {
        media_type: 'CAROUSEL',
        children: '<id of children[0].container>,<id of children[1].container>',
        caption: 'Two\n\n#dry',
      },
    })
    expect(stderr).toMatch(/Nothing was sent/)
    expect(sandbox.requests).toEqual([])
    expect(existsSync(join(folder, 'journal')) ? readdirSync(join(folder, 'journal')) : []).toEqual([])
  })

  it.each([
    ['a post that breaks a rule', { type: 'carousel', media: [] }, 2, 'INVALID_CAROUSEL'],
    ['media that the API refuses', { type: 'image', media: [{ type: 'image', url: 'http://127.0.0.1:9/none.jpg' }] }, 1, 'MEDIA_ERROR'],
  ])('ends with its code for %s', async (_, content, exit, code) => {
    const { post, write } = await openPlace()
    write(content)
    const ended = await post()
    expect(ended.code, ended.stderr).toBe(exit)
    // A line for what happened, one for what can be done.
    expect(ended.stderr).not.toContain('\\n')
    expect(JSON.parse(ended.stdout)).toMatchObject({ state: 'FAILED', error: { code } })
  })

  it.each([
    ['a used up quota', { kind: 'error', code: 9, subcode: 2207042 }, 5, 'QUOTA_EXCEEDED'],
    ['a refused token', { kind: 'error', code: 190, subcode: 463 }, 4, 'OAUTH_ERROR'],
    ['a rate limit', { kind: 'error', code: 80002 }, 5, 'RATE_LIMIT'],
  ] as const)('ends with its code for %s', async (_, fault, exit, code) => {
    const { post, sandbox } = await openPlace()
    sandbox.faults.add({ ...fault, match: { route: 'POST /{ig-user}/media_publish' } })
    const ended = await post()
    expect(ended.code, ended.stderr).toBe(exit)
    expect(JSON.parse(ended.stdout)).toMatchObject({ state: 'FAILED', error: { code } })
  })

  it('ends with 3 when a container takes too long, and resumes it', async () => {
    const { post, resume, sandbox, live } = await openPlace()
    sandbox.faults.add({ kind: 'slow-container', seconds: 1000 })
    const ended = await post('--max-wait', '1', '--idempotency-key', 'slow')
    expect(ended.code, ended.stderr).toBe(3)
    sandbox.clock.advance(1_000_000)
    expect((await resume('slow')).code).toBe(0)
    expect(live()).toEqual({ 'From the command line': 1 })
  })

  it('ends with 3 when it is stopped, and resumes with the same container', async () => {
    const { publish, resume, sandbox, live, account, config, input, journal } = await openPlace({ publishing: { imageSeconds: 600 } })
    const args = ['publish', 'instagram_publish', '--config', config, '--input', input, '--journal', journal, '--idempotency-key', 'k']
    const stopped = await runConnector(args, {
      meanwhile: async (child) => {
        while (sandbox.published(account).containers.length === 0) await wait(5)
        child.kill('SIGTERM')
      },
    })
    expect(stopped.code, stopped.stderr).toBe(3)
    const status = await publish('status', 'k', '--journal', journal)
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'RUNNING', held: false, next: 'connector publish resume k --config FILE' })
    sandbox.clock.advance(600_000)
    expect((await resume('k')).code).toBe(0)
    expect(live()).toEqual({ 'From the command line': 1 })
    expect(sandbox.published(account).containers).toHaveLength(1)
  })

  it('makes a container again after a passing failure', async () => {
    const { post, sandbox, live } = await openPlace()
    sandbox.faults.add({ kind: 'error', code: -1, subcode: 2207001, status: 500, times: 1, match: { route: 'POST /{ig-user}/media' } })
    const ended = await post()
    expect(ended.code, ended.stderr).toBe(0)
    expect(live()).toEqual({ 'From the command line': 1 })
  })

  it('says UNKNOWN with what to do, and ends it by looking, or by hand', async () => {
    const { post, resume, publish, sandbox, live, journal } = await openPlace()
    const lost = { kind: 'reset', bytes: 0, work: 'undone', times: 1, match: { route: 'POST /{ig-user}/media_publish' } } as const
    sandbox.faults.add(lost)
    const unknown = await post('--idempotency-key', 'k')
    expect(unknown.code).toBe(1)
    expect(JSON.parse(unknown.stdout)).toMatchObject({
      state: 'UNKNOWN',
      error: { code: 'UNKNOWN_OUTCOME', details: { container: 'FINISHED' } },
    })
    expect(unknown.stderr).toMatch(/publish resume/)
    expect(JSON.parse((await publish('status', 'k', '--journal', journal)).stdout)).toMatchObject({
      next: 'connector publish resume k --config FILE',
    })
    const byHand = await resume('k', '--not-published')
    expect(JSON.parse(byHand.stdout)).toMatchObject({ state: 'FAILED' })
    sandbox.faults.add(lost)
    expect((await post('--idempotency-key', 'k')).code).toBe(1)
    expect(JSON.parse((await resume('k')).stdout)).toMatchObject({ state: 'PUBLISHED' })
    expect((await resume('k', '--published', '1')).stderr).toMatch(/nothing in doubt/)
    expect(live()).toEqual({ 'From the command line': 1 })
  })

  it('refuses a key that belongs to another post', async () => {
    const { post, write, image, live } = await openPlace()
    await post('--idempotency-key', 'k')
    write({ type: 'image', caption: 'Another', media: [image] })
    const ended = await post('--idempotency-key', 'k')
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(/ERR_ACTION_KEY_REUSED/)
    expect(live()).toEqual({ 'From the command line': 1 })
  })

  it('lets one of two processes through that come at once', async () => {
    const { post, live } = await openPlace({ latencyMs: 30 })
    const ended = await Promise.all([post(), post()])
    const codes = ended.map(({ code }) => code).sort()
    expect(codes[0]).toBe(0)
    for (const { code, stderr } of ended) if (code !== 0) expect(stderr).toMatch(/ERR_ACTION_IN_PROGRESS/)
    expect(live()).toEqual({ 'From the command line': 1 })
  })

  it('prints the quota, and checks the connection', async () => {
    const { post, publish, config } = await openPlace()
    await post()
    const quota = await publish('quota', 'instagram_publish', '--config', config)
    expect(JSON.parse(quota.stdout)).toEqual({ used: 1, total: 50, duration_seconds: 86_400 })
    const check = await runConnector(['check', 'instagram_publish', '--config', config])
    expect(JSON.parse(check.stdout)).toMatchObject({
      connectionStatus: { status: 'SUCCEEDED', message: expect.stringMatching(/1 of 50 posts/) },
    })
  })

  it('validates a post, its media included, without asking the API', async () => {
    const { publish, input, write, sandbox } = await openPlace()
    const good = await publish('validate', input, '--local-media')
    expect(good.code, good.stderr).toBe(0)
    expect(JSON.parse(good.stdout)).toMatchObject({ valid: true, media: [{ format: 'jpeg' }] })
    write({ type: 'image', media: [{ type: 'image', url: sandbox.sample('picture.png') }] })
    const bad = await publish('validate', input, '--local-media')
    expect(bad.code).toBe(2)
    expect(JSON.parse(bad.stdout)).toMatchObject({ valid: false, findings: [{ rule: 'image-format' }] })
    expect((await publish('validate', input, '--local-media', '--offline')).code).toBe(0)
    expect(sandbox.requests).toEqual([])
  })

  it.each([
    [['status', 'nobody'], /ERR_ACTION_KEY_UNKNOWN/],
    [['instagram_graph', '--config', 'CONFIG', '--input', 'INPUT'], /no action 'publish'|access_token|start_date/],
    [['instagram_publish', '--config', 'CONFIG'], /--input post.json/],
  ])('explains %j', async (args, message) => {
    const { publish, config, input, folder } = await openPlace()
    const named = args.map((arg) => arg.replace('CONFIG', config).replace('INPUT', input))
    const journal = args[0] === 'status' ? ['--journal', `file:${join(folder, 'j')}`] : []
    const ended = await publish(...named, ...journal)
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(message)
  })
})
