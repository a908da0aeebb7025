import { describe, expect, it } from 'vitest'
import { difference, linesOf, NO_DIFFERENCE } from './pipeline.ts'
import { faultAt, goldenOf, openBench, ROUTES } from './world.ts'

describe('numbers beyond 2^53', () => {
  it('of metadata keep every digit: ids and counts', async () => {
    const { sandbox, read, folder } = await openBench({}, { select: ['page'] })
    sandbox.faults.add(faultAt('page', { kind: 'big-ints' }))
    expect((await read()).exitCode).toBe(0)
    for (const { row } of linesOf(folder)) {
      const page = sandbox.truth.pages().find((id) => row['id'] === `1${id.padStart(19, '80000000000000000')}`)
      expect(page).toBeDefined()
      const { fan_count, followers_count } = sandbox.pages.facts(page ?? '')
      expect(row['fan_count']).toBe(String(9_007_199_254_740_993n + BigInt(fan_count)))
      expect(row['followers_count']).toBe(String(9_007_199_254_740_993n + BigInt(followers_count)))
    }
    expect(linesOf(folder)).toHaveLength(2)
  })

  it('of values keep every digit, and no two rows melt into one', async () => {
    const golden = await goldenOf({ select: ['page_insights'] })
    const { sandbox, read, folder } = await openBench({}, { select: ['page_insights'] })
    sandbox.faults.add(faultAt('insights', { kind: 'big-ints' }))
    expect((await read()).exitCode).toBe(0)
    const expected = Object.values(golden.outcome.emitted)
      .flat()
      .map(({ value, ...row }) => JSON.stringify({ ...row, value: String(9_007_199_254_740_993n + BigInt(Number(value))) }))
    expect(new Set(linesOf(folder).map(({ row }) => JSON.stringify(row)))).toEqual(new Set(expected))
    expect(linesOf(folder)).toHaveLength(expected.length)
  })

  it('beyond a double are an error, not Infinity', async () => {
    const { sandbox, read, folder } = await openBench({}, { select: ['page_insights'] })
    const body = '{"data":[{"name":"page_follows","period":"day","values":[{"value":1e400,"end_time":"2026-08-05T07:00:00+0000"}]}]}'
    sandbox.faults.add(faultAt('insights', { kind: 'body', body }))
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(new Set(outcome.errors.map(({ code }) => code))).toEqual(new Set(['ERR_NUMBER_RANGE']))
    expect(linesOf(folder)).toEqual([])
  })
})

describe('text', () => {
  it('with an invalid byte keeps its page: U+FFFD replaces it', async () => {
    const golden = await goldenOf({ select: ['posts'] })
    const { sandbox, read, table } = await openBench({}, { select: ['posts'] })
    sandbox.faults.add(faultAt('posts', { kind: 'invalid-utf8' }))
    const outcome = await read()
    expect(outcome.exitCode).toBe(0)
    const marked = [...table().values()].filter((row) => row.includes('\uFFFD'))
    expect(marked).toHaveLength(golden.counts[ROUTES.posts] ?? 0)
    const cleaned = new Map([...table()].map(([key, row]) => [key, row.replace('\uFFFD', '')]))
    expect(difference(cleaned, golden.table)).toEqual(NO_DIFFERENCE)
  })

  it('of every kind stays one line of JSON that reads back the same', async () => {
    const nasty = [
      '\u2028\u2029',
      '\u0000\u0007\u001b[31m',
      '\ud83d',
      '😀'.repeat(2200),
      'a\r\nb',
      '=HYPERLINK("x")',
      '{{ config }}',
      '\u202Eabc',
      '"\\',
    ]
    const { sandbox, read, folder } = await openBench({}, { select: ['posts'] })
    const [page = ''] = sandbox.truth.pages()
    const data = nasty.map((message, index) => ({ id: `${page}_${index}`, created_time: '2026-09-01T00:00:00+0000', message }))
    sandbox.faults.add(faultAt('posts', { kind: 'body', body: JSON.stringify({ data }) }))
    expect((await read({ config: { page_ids: [page] } })).exitCode).toBe(0)
    const found = new Map(linesOf(folder).map(({ row }) => [row['id'], row['message']]))
    for (const { id, message } of data) expect(found.get(id)).toBe(message)
  })
})

describe('a response that says less than it should', () => {
  it('without data is not an empty page', async () => {
    for (const body of ['{}', '{"data":null}', '{"data":{}}', '[]', '{"paging":{}}', '{"data":"x"}']) {
      const { sandbox, read, table } = await openBench({}, { select: ['posts', 'page_insights'] })
      sandbox.faults.add(faultAt('posts', { kind: 'body', body }))
      sandbox.faults.add(faultAt('insights', { kind: 'body', body }))
      const outcome = await read()
      expect(outcome.exitCode, body).toBe(1)
      expect(outcome.summary.streams.complete, body).toBe(0)
      expect(table().size).toBe(0)
    }
  })

  it('of a batch with fewer answers than calls is asked again', async () => {
    const golden = await goldenOf({ select: ['post_insights'] })
    const { sandbox, read, table } = await openBench({}, { select: ['post_insights'] })
    sandbox.faults.add(faultAt('batch', { kind: 'body', body: '[{"code":200,"body":"{\\"data\\":[]}"}]' }, { times: 2 }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(outcome.requests).toBe(golden.outcome.requests + 2)
  })
})

describe('items of a batch', () => {
  const settings = { select: ['post_insights'] }
  const item = { route: 'GET /{post}/insights' }

  it.each([1, 7, 49])('that are null (%i of them) are asked again, and only those', async (times) => {
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    sandbox.faults.add({ kind: 'null-batch-item', match: item, skip: 3, times })
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(sandbox.counts[item.route]).toBe((golden.counts[item.route] ?? 0) + times)
  })

  it('that stay null fail the slice after a bounded number of tries', async () => {
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    const post = [...golden.table.keys()][5]?.split('|')[2] ?? ''
    sandbox.faults.add({ kind: 'null-batch-item', match: { path: `/${post}/insights` } })
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(outcome.errors).toMatchObject([{ media_id: post, account_id: post.split('_')[0] }])
    expect(sandbox.faults.list()[0]?.hits).toBeLessThanOrEqual(11)
    sandbox.faults.clear()
    expect((await read()).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })

  it('for a post that is gone (100/33) are reported with its id; the others arrive', async () => {
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    const post = [...golden.table.keys()][40]?.split('|')[2] ?? ''
    sandbox.faults.add({ kind: 'error', code: 100, subcode: 33, match: { path: `/${post}/insights` } })
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(outcome.errors).toMatchObject([
      { code: 'ERR_NOT_FOUND', media_id: post, account_id: post.split('_')[0], metric: expect.any(String) },
    ])
    expect(outcome.summary.streams).toMatchObject({ complete: 2, incomplete: 0 })
    const others = new Map([...golden.table].filter(([key]) => !key.includes(post)))
    expect(difference(table(), others)).toEqual(NO_DIFFERENCE)
  })
})

describe('a window that is too wide', () => {
  it.each([1, 2, 5])('is halved (%i refusals) and nothing is lost', async (times) => {
    const settings = { select: ['page_insights'], concurrency: 1 }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    sandbox.faults.add(faultAt('insights', { kind: 'error', code: 100, subcode: 1504016, message: 'Invalid parameter' }, { times }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(outcome.requests).toBe(golden.outcome.requests + 2 * times)
  })

  it('down to a single day ends in an error, in as many calls as halving takes', async () => {
    const { sandbox, read } = await openBench({}, { select: ['page_insights'], concurrency: 1 })
    sandbox.faults.add(faultAt('insights', { kind: 'error', code: 100, subcode: 1504016, message: 'Invalid parameter' }))
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(sandbox.counts[ROUTES.insights]).toBeLessThanOrEqual(4 * 8)
    for (const error of outcome.errors)
      expect(error).toMatchObject({ code: 'ERR_WINDOW_TOO_WIDE', account_id: expect.any(String), date_range: expect.any(String) })
  })
})

describe('keys that mean something to JavaScript', () => {
  it('are data, and no prototype changes', async () => {
    const before = Reflect.ownKeys(Object.prototype).length
    const { sandbox, read, folder } = await openBench({}, { select: ['page', 'posts', 'page_insights'] })
    const [page = ''] = sandbox.truth.pages()
    const evil = `"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"toString":"x","hasOwnProperty":1,"valueOf":null`
    sandbox.faults.add(faultAt('page', { kind: 'body', body: `{"id":"${page}",${evil}}` }))
    const post = `{"id":"${page}_1","created_time":"2026-09-01T00:00:00+0000",${evil}}`
    sandbox.faults.add(faultAt('posts', { kind: 'body', body: `{"data":[${post}],${evil}}` }))
    const series = `{"name":"__proto__","period":"day","values":[{"value":{${evil}},"end_time":"2026-08-05T07:00:00+0000"}],${evil}}`
    sandbox.faults.add(faultAt('insights', { kind: 'body', body: `{"data":[${series}],${evil}}` }))
    const outcome = await read({ config: { page_ids: [page] } })
    expect(outcome.errors).toEqual([])
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(outcome.emitted[`page__${page}`]).toHaveLength(1)
    const texts = linesOf(folder).map(({ row }) => JSON.stringify(row))
    expect(texts.filter((text) => text.includes('"__proto__":{"polluted":1}')).length).toBeGreaterThanOrEqual(3)
    expect(texts.every((text) => text.includes('"constructor":{"prototype":{"polluted":2}}'))).toBe(true)
  })

  it('may be a hundred thousand', async () => {
    const { sandbox, read, folder } = await openBench({}, { select: ['page'] })
    const [page = ''] = sandbox.truth.pages()
    const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]))
    sandbox.faults.add(faultAt('page', { kind: 'body', body: JSON.stringify({ id: page, ...keys }) }))
    expect((await read({ config: { page_ids: [page] } })).exitCode).toBe(0)
    expect(Object.keys(linesOf(folder)[0]?.row ?? {})).toHaveLength(100_001)
  })
})
