import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ReadRequest, read } from '../../compose/index.ts'
import { TableRejection } from '../../destinations/tables/rejections.ts'
import type { Batch } from '../../destinations/tables/table-buffer.ts'
import { TableDestination } from '../../destinations/tables/table-destination.ts'
import type { TablePlan } from '../../destinations/tables/table-plan.ts'
import { systemClock } from '../../framework/clock.ts'
import { ConnectorError, type StateRegistry } from '../../framework/index.ts'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { fileStateRegistry } from '../../state/file.ts'
import { runConnector, summaryOf, temporaryFolder } from '../cli/run.ts'
import { openWorld } from '../cli/sandbox.ts'

async function openPlace() {
  const { sandbox, config } = await openWorld({ pages: 2, days: 30, posts: 6 })
  const folder = temporaryFolder()
  const request: ReadRequest = {
    connector: 'facebook_pages',
    config: JSON.parse(readFileSync(config, 'utf8')),
    output: `jsonl:${join(folder, 'data')}`,
    state: `file:${join(folder, 'state')}`,
    select: ['page_insights', 'posts'],
  }
  return { sandbox, folder, config, request }
}

describe('read', () => {
  it('gives the numbers that the command line prints', async () => {
    const { request, config } = await openPlace()
    const result = await read(request)
    const printed = summaryOf(
      (await runConnector(['read', 'facebook_pages', '--config', config, '--select', 'page_insights,posts'])).stderr,
    )
    const { run_id, duration_ms, ...counts } = result.summary
    expect(printed).toMatchObject(counts)
    expect(result).toMatchObject({ success: true, total_inserted: printed['rows_written'], total_errors: 0, errors: [] })
    expect(result.run_id).toBe(run_id)
    expect(duration_ms).toBeGreaterThan(0)
  })

  it('tells accounts apart, and insights from other rows', async () => {
    const { request, sandbox } = await openPlace()
    const result = await read(request)
    const pages = sandbox.truth.pages()
    expect(result.account_id).toBeNull()
    expect(result.accounts.map(({ account_id }) => account_id)).toEqual(pages)
    const total = (count: 'total_inserted' | 'metrics_inserted') => result.accounts.reduce((sum, account) => sum + account[count], 0)
    expect(total('total_inserted')).toBe(result.total_inserted)
    expect(total('metrics_inserted')).toBe(result.metrics_inserted)
    // Six posts of each of two Pages are no metrics.
    expect(result.total_inserted - result.metrics_inserted).toBe(12)
    expect(result.metrics_inserted).toBeGreaterThan(0)
  })

  it('reads nothing of a stream whose table rejects its rows, and all of the others', async () => {
    const { request, sandbox, folder } = await openPlace()
    const written = new Set<string>()
    const store = {
      ...{ reservedColumns: new Set<string>(), open: async () => undefined, place: (table: string) => table, close: async () => undefined },
      ...{ tables: async () => [], drop: async () => undefined },
      prepare: async (plan: TablePlan) => {
        if (plan.name === 'page_insights') throw new TableRejection(plan.name, 'ERR_OUTPUT_TABLE', 'page_insights is a view')
        return plan
      },
      write: async (batches: readonly Batch[]) => {
        for (const { plan } of batches) written.add(plan.name)
        return { changes: [], replaced: [] }
      },
    }
    const result = await read({ ...request, output: new TableDestination(store) })
    expect(result.summary).toMatchObject({ exit_code: 1, streams: { complete: 2, incomplete: 2 } })
    expect(result.errors.map(({ code }) => code)).toEqual(['ERR_OUTPUT_TABLE', 'ERR_OUTPUT_TABLE'])
    expect([...written]).toEqual(['posts'])
    expect(sandbox.requests.filter(({ path }) => path.endsWith('/insights'))).toEqual([])
    const registry = fileStateRegistry(join(folder, 'state'), { clock: systemClock })
    const states = Object.keys((await registry.show('facebook_pages'))?.streams ?? {})
    expect(states.length).toBeGreaterThan(0)
    expect(states.filter((name) => name.startsWith('page_insights'))).toEqual([])
  })

  it('names the account when there is one', async () => {
    const { request, sandbox } = await openPlace()
    const [page = ''] = sandbox.truth.pages()
    const result = await read({ ...request, select: [`page_insights__${page}`] })
    expect(result.account_id).toBe(page)
  })

  it('keeps the failure of an account with that account', async () => {
    const { request, sandbox } = await openPlace()
    const [lost = '', other] = sandbox.truth.pages()
    sandbox.faults.add({ kind: 'revoke-page', page: lost, match: { page: lost } })
    const result = await read(request)
    expect(result.success).toBe(false)
    expect(result.accounts.find(({ account_id }) => account_id === lost)).toMatchObject({ success: false })
    expect(result.accounts.find(({ account_id }) => account_id === other)).toMatchObject({ success: true, total_errors: 0, errors: [] })
    expect(result.total_errors).toBe(result.errors.length)
  })

  it.each([
    ['an unknown connector', { connector: 'facebok_pages' }, 'ERR_CONNECTOR_UNKNOWN', 2],
    ['a config that is not valid', { config: { access_token: 3 } }, 'ERR_CONFIG_INVALID', 2],
    ['a stream that does not exist', { select: ['page_insight'] }, 'ERR_STREAM_UNKNOWN', 2],
    ['an output of no known kind', { output: 'parquet:x' }, 'ERR_OUTPUT_URL', 2],
  ] as const)('answers %s with an error, not an exception', async (_what, wrong, code, exit_code) => {
    const { request } = await openPlace()
    const result = await read({ ...request, ...wrong })
    expect(result).toMatchObject({ success: false, total_inserted: 0, total_errors: 1, summary: { exit_code } })
    expect(result.errors).toMatchObject([{ code }])
    expect(result.run_id).toMatch(/^\d{8}T\d+Z-/)
  })

  it('records a run whose output cannot be opened', async () => {
    const { request, folder } = await openPlace()
    const registry = fileStateRegistry(join(folder, 'state'), { clock: systemClock })
    const result = await read({ ...request, state: registry, output: `jsonl:${join('/dev/null', 'data')}` })
    expect(result).toMatchObject({ success: false, summary: { exit_code: 1 } })
    const [record] = await registry.runs.list('facebook_pages')
    expect(record).toMatchObject({ run_id: result.run_id, status: 'failed', exit_code: 1, errors: result.errors })
  })

  it('stops when it is aborted, and resumes when it is run again', async () => {
    const { request, folder } = await openPlace()
    const stopped = await read({ ...request, maxRequests: 4 })
    expect(stopped).toMatchObject({ success: false, summary: { status: 'stopped', exit_code: 3 } })
    expect(await read(request)).toMatchObject({ success: true })
    expect(existsSync(join(folder, 'data'))).toBe(true)
  })

  it.each(['the destination', 'the registry'])('ends at once when %s fails, although the source waits for an answer', async (who) => {
    const { request, sandbox, folder } = await openPlace()
    sandbox.faults.add({ kind: 'stall-headers', skip: 1, match: { route: 'GET /{page}/insights' } })
    const isWaiting = () => (sandbox.faults.list()[0]?.hits ?? 0) > 0
    const broken = async () => {
      while (!isWaiting()) await new Promise(setImmediate)
      throw new ConnectorError('ERR_BROKEN', 'it broke')
    }
    const store = {
      ...{ reservedColumns: new Set<string>(), open: async () => undefined, prepare: async (plan: TablePlan) => plan },
      ...{ place: () => '', close: async () => undefined },
    }
    const nothing = { tables: async () => [], drop: async () => undefined }
    const output = new TableDestination({
      ...store,
      ...nothing,
      write: who === 'the destination' ? broken : async () => ({ changes: [], replaced: [] }),
    })
    const registry = fileStateRegistry(join(folder, 'state'), { clock: systemClock })
    const state: StateRegistry = {
      ...registry,
      acquire: async (...wanted) => {
        const lease = await registry.acquire(...wanted)
        const own = { token: lease.token, load: () => lease.load(), replace: broken, release: () => lease.release() }
        return who === 'the registry' ? { ...own, commit: broken } : lease
      },
    }
    const began = performance.now()
    const result = await read({ ...request, select: ['page_insights'], concurrency: 2, state, output })
    // The client itself would wait for thirty seconds, and then try again.
    expect(performance.now() - began).toBeLessThan(15_000)
    expect(result.errors).toMatchObject([{ code: 'ERR_BROKEN' }])
    expect(result.summary.exit_code).toBe(1)
  })

  it('shows no token in errors', async () => {
    const sandbox = await startSandbox({ pages: 1, days: 5, posts: 1 })
    onTestFinished(() => sandbox.close())
    const config = { access_token: 'env:TOKEN', base_url: sandbox.url, start_date: '2026-11-01' }
    const env = { TOKEN: 'wrong-token-of-the-test' }
    const result = await read({ connector: 'facebook_pages', config, env, output: `jsonl:${temporaryFolder()}` })
    expect(result.success).toBe(false)
    expect(result.summary.exit_code).toBe(4)
    expect(JSON.stringify(result)).not.toContain(env.TOKEN)
  })
})
