import { readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createJobSlots } from '../../../../framework/components/async-jobs/job-slots.ts'
import { type ReadOptions, Retriever, type StreamSlice, wholeStream } from '../../../../framework/components/read/retriever.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { temporaryFolder } from '../../../cli/run.ts'
import { type TestContext, testContext } from '../../build.ts'
import { type Answer, type Received, serve } from '../retrievers/scripted-server.ts'

const base = { type: 'HttpRequester', url_base: 'https://jobs.test' }
const node = {
  type: 'AsyncRetriever',
  creation_requester: { ...base, path: 'jobs', http_method: 'POST', request_body_json: { page: '{{ stream_slice.page_id }}' } },
  polling_requester: { ...base, path: 'jobs/{{ creation_response.id }}' },
  status_extractor: { field_path: ['status'] },
  status_mapping: { running: ['RUNNING'], completed: ['DONE'], failed: ['FAILED'], timeout: ['EXPIRED'], skipped: ['EMPTY'] },
  download_target_extractor: { field_path: ['urls'] },
  download_requester: { type: 'HttpRequester', url_base: '{{ download_target }}' },
  download_decoder: { type: 'CsvDecoder' },
  record_selector: { extractor: { field_path: [] } },
}
const slice: StreamSlice = { partition: { ...wholeStream({}), values: { page_id: '17' } }, window: undefined }
const stages = { transformations: [], schema: async () => ({}) }
const json = (body: unknown, status = 200): Answer => [status, JSON.stringify(body), { 'content-type': 'application/json' }]
const done = { status: 'DONE', urls: ['https://files.test/a.csv'] }
const csv = 'id,name\n1,"a\r\nb"\n2,\n'

function build(more: object = {}, context: TestContext = testContext()): Retriever {
  return buildComponent(Retriever, { ...node, ...more }, context)
}

async function rowsOf(retriever: Retriever, options: Partial<ReadOptions> = {}): Promise<Row[]> {
  const rows: Row[] = []
  for await (const page of retriever.read(slice, { stream: 'rows', stages, ...options })) rows.push(...page.rows)
  return rows
}

interface Source {
  /** Statuses in order, the last one again and again. */
  readonly statuses?: readonly unknown[]
  readonly file?: string | Buffer
  readonly more?: (request: Received) => Answer | undefined
}

/** A source with jobs: counts those created, answers polls in order and serves one file. */
function serveJobs({ statuses = [done], file = csv, more }: Source = {}): { received: Received[]; created: () => number } {
  let created = 0
  let polls = 0
  const received = serve((request) => {
    const own = more?.(request)
    if (own) return own
    const { pathname, host } = new URL(request.url)
    if (host === 'files.test') return [200, file, { 'content-type': 'text/csv' }]
    if (request.method === 'POST' && pathname === '/jobs') return json({ id: `job-${++created}` }, 201)
    if (request.method === 'GET') return json(statuses[Math.min(polls++, statuses.length - 1)])
    return json({})
  })
  return { received, created: () => created }
}

const callsOf = (received: readonly Received[]) => received.map(({ method, url }) => `${method} ${url}`)

describe('AsyncRetriever', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => {
    nock.cleanAll()
    vi.unstubAllEnvs()
  })
  afterAll(() => nock.enableNetConnect())

  it('creates a job, polls it every 5 seconds, downloads its result and deletes it', async () => {
    const { received } = serveJobs({ statuses: [{ status: 'RUNNING' }, { status: 'RUNNING' }, done] })
    const context = testContext()
    const delete_requester = { ...base, path: 'jobs/{{ creation_response.id }}', http_method: 'DELETE' }
    expect(await rowsOf(build({ delete_requester }, context))).toEqual([
      { id: '1', name: 'a\nb' },
      { id: '2', name: '' },
    ])
    expect(callsOf(received)).toEqual([
      'POST https://jobs.test/jobs',
      ...Array.from({ length: 3 }, () => 'GET https://jobs.test/jobs/job-1'),
      'GET https://files.test/a.csv',
      'DELETE https://jobs.test/jobs/job-1',
    ])
    expect(received[0]?.body).toBe('{"page":"17"}')
    expect(context.observed.waits).toEqual([5, 5])
  })

  it('reads packed files by way of the disk and leaves nothing there', async () => {
    const folder = temporaryFolder()
    vi.stubEnv('TMPDIR', folder)
    const rows = Array.from({ length: 30_000 }, (_, index) => `${index},"ü ""${index}"""`)
    serveJobs({ file: gzipSync(`id,name\n${rows.join('\n')}`) })
    const read = await rowsOf(build({ download_decoder: { type: 'GzipDecoder', decoder: { type: 'CsvDecoder' } } }))
    expect(read.length).toBe(30_000)
    expect(read.at(-1)).toEqual({ id: '29999', name: 'ü "29999"' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('tries again what the server refused, and fails for a packed file that is truncated', async () => {
    const packed = gzipSync(csv)
    let downloads = 0
    serveJobs({
      more: ({ url }) => (url.startsWith('https://files.test') && ++downloads === 1 ? [503, '', {}] : undefined),
      file: packed.subarray(0, packed.length - 6),
    })
    const reading = rowsOf(build({ download_decoder: { type: 'GzipDecoder', decoder: { type: 'CsvDecoder' } } }))
    await expect(reading).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED', failureType: 'transient_error' })
    expect(downloads).toBe(2)
  })

  it.each([
    [
      'by default',
      {},
      [
        { id: '1', note: null },
        { id: 'x', note: null },
      ],
    ],
    [
      'and keeps words that look like nothing on request',
      { preserve_na_values: true },
      [
        { id: '1', note: 'NA' },
        { id: 'x', note: null },
      ],
    ],
  ])('ResponseToFileExtractor reads a table %s', async (_, more, expected) => {
    serveJobs({ file: gzipSync('id,note\r\n1,NA\r\n\r\nx\r\n') })
    expect(await rowsOf(build({ download_extractor: { type: 'ResponseToFileExtractor', ...more } }))).toEqual(expected)
  })

  it('reads every target in turn, found by a request of its own', async () => {
    const targets = json({ files: [{ url: 'https://files.test/1' }, { url: 'https://files.test/2' }] })
    const { received } = serveJobs({
      statuses: [{ status: 'DONE', report: 'r-9' }],
      more: ({ url }) =>
        url.endsWith('/results/r-9') ? targets : url.startsWith('https://files.test') ? json([{ id: url.at(-1) }]) : undefined,
    })
    const retriever = build({
      download_target_requester: { ...base, path: 'results/{{ polling_response.report }}' },
      download_target_extractor: { field_path: ['files', '*', 'url'] },
      download_decoder: { type: 'JsonDecoder' },
    })
    expect(await rowsOf(retriever)).toEqual([{ id: '1' }, { id: '2' }])
    expect(callsOf(received).slice(-3)).toEqual([
      'GET https://jobs.test/results/r-9',
      'GET https://files.test/1',
      'GET https://files.test/2',
    ])
  })

  it('pages through a download', async () => {
    const { received } = serveJobs({
      more: ({ url }) => {
        const { host, searchParams } = new URL(url)
        if (host !== 'files.test') return undefined
        return json({ rows: [{ id: searchParams.get('after') ?? 'first' }], next: searchParams.has('after') ? null : 'second' })
      },
    })
    const retriever = build({
      download_decoder: { type: 'JsonDecoder' },
      download_extractor: { field_path: ['rows'] },
      download_paginator: {
        type: 'DefaultPaginator',
        pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
        page_token_option: { inject_into: 'request_parameter', field_name: 'after' },
      },
    })
    expect(await rowsOf(retriever)).toEqual([{ id: 'first' }, { id: 'second' }])
    expect(received.length).toBe(4)
  })

  it('downloads once without an address when no extractor names one', async () => {
    serveJobs({ more: ({ url }) => (url.endsWith('/result/job-1') ? [200, csv, {}] : undefined) })
    const download_requester = { ...base, path: 'result/{{ creation_response.id }}{{ download_target }}' }
    expect((await rowsOf(build({ download_requester, download_target_extractor: undefined }))).length).toBe(2)
  })

  it('takes nothing from a job that was skipped', async () => {
    const { received } = serveJobs({ statuses: [{ status: 'EMPTY' }] })
    expect(await rowsOf(build())).toEqual([])
    expect(received.length).toBe(2)
  })

  it('creates a failed job again, after the wait that the manifest asks for', async () => {
    const { created } = serveJobs({ statuses: [{ status: 'FAILED' }, { status: 'FAILED' }, done] })
    const context = testContext()
    expect((await rowsOf(build({ failed_retry_wait_time_in_seconds: 60 }, context))).length).toBe(2)
    expect(created()).toBe(3)
    expect(context.observed.waits).toEqual([65, 65])
  })

  it('gives a slice up after three jobs that failed', async () => {
    const { created } = serveJobs({ statuses: [{ status: 'FAILED' }, { status: 'EXPIRED' }, { status: 'FAILED' }] })
    await expect(rowsOf(build())).rejects.toMatchObject({
      code: 'ERR_ASYNC_JOB_FAILED',
      message: expect.stringContaining('failed 3 times (failed, timeout, failed)'),
    })
    expect(created()).toBe(3)
  })

  it('aborts a job that runs longer than it may, and creates it again', async () => {
    const { received, created } = serveJobs({ statuses: [{ status: 'RUNNING' }] })
    const context = testContext()
    const abort_requester = { ...base, path: 'jobs/{{ creation_response.id }}/abort', http_method: 'POST' }
    await expect(rowsOf(build({ abort_requester, polling_job_timeout: 1 }, context))).rejects.toMatchObject({
      code: 'ERR_ASYNC_JOB_FAILED',
    })
    expect(created()).toBe(3)
    expect(callsOf(received).filter((call) => call.endsWith('/abort'))).toEqual(
      [1, 2, 3].map((id) => `POST https://jobs.test/jobs/job-${id}/abort`),
    )
    // Twelve waits of 5 s per job and one before each new one.
    expect(context.observed.waits.length).toBe(3 * 12 + 2)
  })

  it('refuses a status that the manifest does not know', async () => {
    serveJobs({ statuses: [{ status: 'PAUSED' }] })
    await expect(rowsOf(build())).rejects.toMatchObject({ code: 'ERR_ASYNC_STATUS_UNKNOWN', message: expect.stringContaining("'PAUSED'") })
  })

  it('does not create a job again that the source refuses to this login', async () => {
    const received = serve(() => json({ error: 'no' }, 403))
    await expect(rowsOf(build())).rejects.toMatchObject({ failureType: 'config_error' })
    expect(received.length).toBe(1)
  })

  it('has no more jobs under way than there is room for', async () => {
    const events: string[] = []
    const jobs = createJobSlots(2)
    let waiting = 0
    serveJobs({
      statuses: [{ status: 'RUNNING' }, { status: 'RUNNING' }, { status: 'RUNNING' }, done],
      more: ({ method }) => void (method === 'POST' && events.push('created')),
    })
    const room = {
      run: <T>(work: () => Promise<T>) =>
        jobs.run(async () => {
          waiting += 1
          expect(waiting).toBeLessThanOrEqual(2)
          try {
            return await work()
          } finally {
            waiting -= 1
          }
        }),
    }
    const retriever = build({}, testContext({ jobs: room }))
    await Promise.all([1, 2, 3, 4].map(() => rowsOf(retriever)))
    expect(events.length).toBe(4)
  })

  it('reads manifests of early 2025', async () => {
    const { received } = serveJobs({ statuses: [{ status: 'DONE', urls: ['https://files.test/a.csv'] }] })
    const retriever = build(
      {
        polling_requester: { ...base, path: "jobs/{{ stream_slice['create_job_response'].json()['id'] }}" },
        download_requester: { type: 'HttpRequester', url_base: '', path: "{{ stream_slice.extra_fields['url'] }}" },
        download_target_extractor: undefined,
        urls_extractor: { field_path: ['urls'] },
      },
      testContext({ dialect: 'airbyte' }),
    )
    expect((await rowsOf(retriever)).length).toBe(2)
    expect(callsOf(received)[1]).toBe('GET https://jobs.test/jobs/job-1')
  })

  it.each([
    [{ status_mapping: { ...node.status_mapping, failed: ['DONE'] } }, /'DONE' means both completed and failed/],
    [{ download_target_extractor: undefined, download_target_requester: base }, /needs 'download_target_extractor'/],
    [{ polling_job_timeout: 0 }, /'polling_job_timeout' is at least 1/],
    [{ record_selector: { extractor: { type: 'ResponseToFileExtractor' } } }, /download_extractor/],
  ])('refuses %j', (more, message) => {
    expect(() => build(more)).toThrow(message)
  })
})
