import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { messages, runConnector, summaryOf, temporaryFolder } from '../run.ts'
import { openWorld } from '../sandbox.ts'

const read = ['read', 'facebook_pages', '--config'] as const
type Line = {
  type: string
  record?: { stream: string; data: Record<string, unknown> }
  state?: { stream: { stream_descriptor: { name: string } } }
}
const lines = (stdout: string) => messages(stdout) as unknown as Line[]
const recordsOf = (stdout: string) => lines(stdout).flatMap(({ record }) => (record ? [record] : []))

describe('connector read', () => {
  it('writes every stream of every Page as protocol lines and nothing else, with the summary last on stderr', async () => {
    const { config } = await openWorld()
    const { code, stdout, stderr } = await runConnector([...read, config])
    const summary = summaryOf(stderr)
    expect(code).toBe(0)
    expect(summary).toMatchObject({ status: 'complete', accounts: 2, rows: recordsOf(stdout).length, errors: [], retries: 0 })
    expect(summary['requests']).toBeGreaterThan(10)
    expect(new Set(recordsOf(stdout).map(({ stream }) => stream.split('__')[0]))).toEqual(
      new Set([
        'page',
        'posts',
        'post_insights',
        'page_insights',
        'page_insights_week',
        'page_insights_days_28',
        'page_insights_by_is_from_ads',
        'page_insights_by_is_from_followers',
      ]),
    )
  })

  it('asks only for the look-back window when it reads again with the state that it printed', async () => {
    const { config, sandbox } = await openWorld()
    const state = join(temporaryFolder(), 'state.jsonl')
    const first = await runConnector([...read, config, '--select', 'page_insights,posts'])
    writeFileSync(state, first.stdout)
    sandbox.reset()
    const second = await runConnector([...read, config, '--select', 'page_insights,posts', '--state', state])
    expect(second.code).toBe(0)
    const since = sandbox.requests.filter(({ path }) => /insights|published_posts/.test(path)).map(({ query }) => Number(query['since']))
    expect(since.length).toBeGreaterThan(0)
    const earliest = sandbox.clock.now().getTime() / 1000 - 12 * 86_400
    expect(since.filter((time) => !(time > earliest))).toEqual([])
    expect(recordsOf(second.stdout).length).toBeLessThan(recordsOf(first.stdout).length / 3)
  })

  it('commits to a registry and appends to a folder, so that a second run adds only what is new', async () => {
    const { config } = await openWorld()
    const folder = temporaryFolder()
    const args = [
      ...read,
      config,
      '--select',
      'page_insights',
      '--state',
      `file:${join(folder, 'state')}`,
      '--output',
      `jsonl:${join(folder, 'data')}`,
    ]
    const count = () =>
      readdirSync(join(folder, 'data'))
        .filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))
        .reduce((sum, name) => sum + readFileSync(join(folder, 'data', name), 'utf8').split('\n').length - 1, 0)
    const first = await runConnector(args)
    const after = count()
    const second = await runConnector(args)
    expect([first.code, second.code, first.stdout]).toEqual([0, 0, ''])
    expect(after).toBe(summaryOf(first.stderr)['rows'])
    expect(count() - after).toBe(summaryOf(second.stderr)['rows_written'])
    expect(count() - after).toBeLessThan(after / 2)
  })

  it('reads the streams of a catalog only', async () => {
    const { config, sandbox } = await openWorld()
    const catalog = join(temporaryFolder(), 'catalog.json')
    const name = `page__${sandbox.pages.listed[0]}`
    writeFileSync(catalog, JSON.stringify({ streams: [{ stream: { name }, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] }))
    const { code, stdout } = await runConnector([...read, config, '--catalog', catalog])
    expect(code).toBe(0)
    expect(recordsOf(stdout).map(({ stream }) => stream)).toEqual([name])
  })

  it('reports a stream of the catalog whose account is gone and reads the others', async () => {
    const { config, sandbox } = await openWorld()
    const catalog = join(temporaryFolder(), 'catalog.json')
    const streams = ['page__99', `page__${sandbox.pages.listed[0]}`].map((name) => ({ stream: { name } }))
    writeFileSync(catalog, JSON.stringify({ streams }))
    const { code, stdout, stderr } = await runConnector([...read, config, '--catalog', catalog])
    expect(code).toBe(1)
    expect(recordsOf(stdout)).toHaveLength(1)
    expect(summaryOf(stderr)).toMatchObject({
      status: 'failed',
      errors: [{ code: 'ERR_ACCOUNT_GONE', account_id: '99', stream: 'page__99' }],
    })
  })

  it.each([
    ['a stream that does not exist', ['--select', 'page_insigths'], 2, /page_insigths.*did you mean page_insights/],
    ['a flag that does not exist', ['--ouput', 'x'], 2, /unknown option.*--ouput[\s\S]*--output/],
    ['a number that is none', ['--concurrency', 'many'], 2, /--concurrency takes a whole number/],
    ['an unknown destination', ['--output', 'jsnl:x'], 2, /unknown scheme 'jsnl'.*did you mean jsonl/],
    ['an unknown registry', ['--state', 'fil:x'], 2, /unknown scheme 'fil'.*did you mean file/],
    ['a state file that is not there', ['--state', 'no-such-file.json'], 2, /no-such-file\.json/],
    ['a catalog that is not there', ['--catalog', 'no-such-file.json'], 2, /cannot read catalog no-such-file\.json/],
    ['a format that does not exist', ['--format', 'csv'], 2, /Allowed choices are airbyte, singer, jsonl/],
  ])('ends with one message and exit code 2 for %s', async (_, flags, expected, message) => {
    const { config } = await openWorld()
    const { code, stdout, stderr } = await runConnector([...read, config, ...flags])
    expect(code).toBe(expected)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(recordsOf(stdout)).toEqual([])
  })

  it('ends with exit code 4 and without the token for a token that is refused', async () => {
    const { config } = await openWorld({}, { access_token: 'sandbox-expired-token' })
    const { code, stdout, stderr } = await runConnector([...read, config])
    expect(code).toBe(4)
    expect(stderr).toMatch(/ERR_TOKEN_EXPIRED/)
    expect(stdout + stderr).not.toContain('sandbox-expired-token')
  })

  it('stops in good order at SIGINT and resumes from there', async () => {
    const { config, sandbox } = await openWorld()
    const folder = temporaryFolder()
    const args = [
      ...read,
      config,
      '--concurrency',
      '1',
      '--state',
      `file:${join(folder, 'state')}`,
      '--output',
      `jsonl:${join(folder, 'data')}`,
    ]
    sandbox.faults.add({ kind: 'stall-headers', match: { path: '*/insights' }, skip: 2, times: 1 })
    const stalled = () => sandbox.requests.some(({ faults }) => faults.length > 0)
    const interrupted = await runConnector(args, {
      meanwhile: async (child) => {
        await until(stalled)
        child.kill('SIGINT')
      },
    })
    expect(interrupted.code).toBe(3)
    expect(summaryOf(interrupted.stderr)).toMatchObject({ status: 'stopped', errors: [{ code: 'ERR_SIGNAL' }] })
    sandbox.faults.clear()
    const resumed = await runConnector(args)
    expect(resumed.code).toBe(0)
    const undisturbed = await runConnector([...read, config])
    const rows = (names: readonly string[]) => new Set(names)
    const written = readdirSync(join(folder, 'data')).filter((name) => name.startsWith('page_insights__'))
    const keys = written.flatMap((name) =>
      readFileSync(join(folder, 'data', name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => keyOf(JSON.parse(line))),
    )
    const expected = recordsOf(undisturbed.stdout)
      .filter(({ stream }) => stream.startsWith('page_insights__'))
      .map(({ data }) => keyOf(data))
    expect(rows(keys)).toEqual(rows(expected))
  })

  it('stops quietly when the reader of a pipe leaves', async () => {
    const { config } = await openWorld()
    const { code, stderr } = await runConnector([...read, config], {
      meanwhile: (child) =>
        new Promise((resolve) => {
          child.stdout?.once('data', () => {
            child.stdout?.destroy()
            resolve()
          })
        }),
    })
    expect(code).toBe(3)
    expect(stderr).not.toMatch(/EPIPE|\n\s+at /)
  })

  it('stops exactly at its budget of requests and says that it can resume', async () => {
    const { config, sandbox } = await openWorld()
    const { code, stderr } = await runConnector([...read, config, '--max-requests', '7'])
    expect(code).toBe(3)
    expect(sandbox.requests.filter(({ inBatch }) => !inBatch)).toHaveLength(7)
    expect(summaryOf(stderr)).toMatchObject({ status: 'stopped', requests: 7 })
  })

  it('writes Singer and plain lines on request', async () => {
    const { config } = await openWorld()
    const singer = await runConnector([...read, config, '--select', 'page', '--format', 'singer'])
    const types = messages(singer.stdout).map((line) => String(line['type']))
    expect(types.slice(0, 2)).toEqual(['SCHEMA', 'SCHEMA'])
    expect(types.filter((type) => type === 'RECORD')).toHaveLength(2)
    const plain = await runConnector([...read, config, '--select', 'page', '--format', 'jsonl'])
    expect(messages(plain.stdout)).toHaveLength(2)
  })

  it('cuts a stream off at --limit and moves no state', async () => {
    const { config } = await openWorld()
    const { code, stdout } = await runConnector([...read, config, '--select', 'posts', '--limit', '3'])
    const { stream } = recordsOf(stdout)[0] ?? { stream: '' }
    expect(recordsOf(stdout).filter((record) => record.stream === stream)).toHaveLength(3)
    expect(code).toBe(3)
  })
})

const keyOf = (row: Record<string, unknown>) =>
  [row['page_id'], row['metric'], row['end_time'], row['value'], JSON.stringify(row['value_map'])].join('|')

/** Waits for something that another process does; bounded by the test's own time-out. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
