import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { migrateAccountTables } from '../../../accounts/postgres-tables.ts'
import { openPostgres, quoted, systemClock } from '../../../framework/index.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts'
import { type PostgresServer, startPostgres } from '../../conformance/postgres-server.ts'
import { runConnector, temporaryFolder } from '../run.ts'

async function openRegistry(options: SandboxOptions) {
  const sandbox = await startSandbox({ posts: 0, ...options })
  onTestFinished(() => sandbox.close())
  const folder = temporaryFolder()
  const ids = sandbox.truth.accounts()
  const env: Record<string, string> = {}
  const entries = ids.map((id, index) => {
    env[`TOKEN_${index}`] = sandbox.tokens.instagram(id)
    return `- { ig_user_id: '${id}', name: ${sandbox.instagram.facts(id).username}, login: instagram, token: env:TOKEN_${index} }`
  })
  writeFileSync(join(folder, 'accounts.yaml'), `accounts:\n${entries.join('\n')}\n`)
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ base_url: sandbox.url, instagram_base_url: sandbox.instagramUrl }))
  const sync = async (output: string, ...flags: readonly string[]) => {
    const args = ['sync', '--accounts', 'file:accounts.yaml', '--config', 'config.json', '--output', output, ...flags]
    const ended = await runConnector(args, { env, cwd: folder })
    expect(ended.stdout + ended.stderr).not.toContain('sandbox-instagram-token')
    return { ...ended, summary: ended.stdout === '' ? ended.stderr : JSON.parse(ended.stdout) }
  }
  return { sandbox, folder, ids, env, sync }
}

const total = (sandbox: Sandbox) => sandbox.truth.accounts().reduce((sum, id) => sum + sandbox.truth.media(id).length, 0)

describe('connector sync', () => {
  let postgres: PostgresServer
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 120_000)
  afterAll(() => postgres.stop())

  it('prints one JSON line and nothing else, when two accounts go into DuckDB', async () => {
    const { sandbox, folder, sync } = await openRegistry({ instagram: { accounts: 2, media: 20 } })
    const { code, summary } = await sync('duckdb:posts.duckdb')
    expect({ code, summary }).toMatchObject({ code: 0, summary: { success: true, accounts_processed: 2, posts_inserted: total(sandbox) } })
    expect(existsSync(join(folder, 'state'))).toBe(true)
    expect((await sync('duckdb:posts.duckdb')).summary).toMatchObject({ posts_inserted: 0, requests_made: 2 })
  })

  it.each([
    ['duckdb:posts.duckdb', 'merge', 3],
    ['jsonl:posts', 'append', 3],
  ])(
    'replaces the posts of one account in %s, all of them, and leaves those of the others',
    async (output, again, accounts) => {
      const { sandbox, ids, sync } = await openRegistry({ instagram: { accounts, media: 120 } })
      const [first = ''] = ids
      const mine = sandbox.truth.media(first).length
      expect((await sync(output, '--pages', '10')).summary).toMatchObject({ success: true, rows_written: total(sandbox) })
      const replaced = await sync(output, '--write', 'replace', '--only', first, '--pages', '1')
      expect({ code: replaced.code, summary: replaced.summary }).toMatchObject({ code: 0, summary: { rows_written: mine, warnings: [] } })
      expect(replaced.stderr).toContain(`${mine} rows of this run replaced ${mine} rows`)
      const nothing = await sync(output, '--write', again, '--pages', '10')
      expect(nothing.summary).toMatchObject({ success: true, accounts_processed: accounts, rows_written: 0 })
      const everything = await sync(output, '--write', 'replace')
      expect(everything.summary).toMatchObject({ success: true, rows_written: total(sandbox) })
      expect(everything.stderr.match(/rows of this run replaced/g)).toHaveLength(accounts)
    },
    60_000,
  )

  it('resumes a replacement that ran out of requests, and keeps the old rows until then', async () => {
    const { sandbox, sync, folder } = await openRegistry({ instagram: { accounts: 1, media: 180 } })
    const lines = () => readdirSync(join(folder, 'posts')).flatMap((name) => (name.startsWith('.') ? [] : readFileSync(join(folder, 'posts', name), 'utf8').trim().split('\n'))) // biome-ignore format: one line
    await sync('jsonl:posts', '--pages', '10')
    const before = lines()
    expect(before).toHaveLength(180)
    sandbox.reset()
    const stopped = await sync('jsonl:posts', '--write', 'replace', '--max-requests', '2')
    expect(stopped.code).toBe(3)
    expect(lines()).toEqual(before)
    expect((await sync('jsonl:posts', '--write', 'replace')).code).toBe(0)
    expect(new Set(lines().map((line) => JSON.parse(line).media_id)).size).toBe(180)
    expect(lines()).toHaveLength(180)
    // Four pages, and the newest one again by the run that resumes.
    expect(sandbox.requests).toHaveLength(5)
  })

  it.each([
    [['jsonl:posts', '--write', 'merge'], /jsonl cannot do --write merge/],
    [['duckdb:posts.duckdb', '--output', 'jsonl:posts', '--write', 'merge'], /jsonl cannot do --write merge/],
    [['duckdb:posts.duckdb', '--write', 'swap'], /append, merge, replace/],
  ])('refuses %j before the first request', async ([output = '', ...flags], message) => {
    const { sandbox, sync } = await openRegistry({ instagram: { accounts: 1, media: 2 } })
    const { code, stderr } = await sync(output, ...flags)
    expect({ code, requests: sandbox.requests.length }).toEqual({ code: 2, requests: 0 })
    expect(stderr).toMatch(message)
  })

  it('costs one request per account when nothing is new: 100 accounts, 100 requests', async () => {
    const { sandbox, sync } = await openRegistry({ instagram: { accounts: 100, media: 3 }, latencyMs: 50 })
    expect((await sync('jsonl:data', '--concurrency', '8')).summary).toMatchObject({
      accounts_processed: 100,
      posts_inserted: total(sandbox),
    })
    sandbox.reset()
    const { code, summary } = await sync('jsonl:data', '--concurrency', '8')
    expect({ code, summary }).toMatchObject({
      code: 0,
      summary: { success: true, accounts_processed: 100, requests_made: 100, rows_written: 0 },
    })
    expect(sandbox.requests).toHaveLength(100)
  }, 120_000)

  it('fills the tables that a registry in PostgreSQL has made, and keeps what is theirs', async () => {
    const { sandbox, sync } = await openRegistry({ instagram: { accounts: 2, media: 10 } })
    const url = postgres.freshUrl()
    const database = await openPostgres(url, { clock: systemClock })
    onTestFinished(() => database.close())
    await migrateAccountTables(database)
    const schema = quoted(database.schema)
    expect(await sync(url)).toMatchObject({ code: 0, summary: { posts_inserted: total(sandbox) } })
    expect(await sync(url, '--recipe', 'insights')).toMatchObject({ code: 0 })
    const rows = (text: string) => database.transaction(async (query) => (await query(text)).rows)
    const counts = 'count(*)::int as n, count(distinct media_id)::int as ids, count(created_at)::int as dated'
    const [counted] = await rows(`select ${counts} from ${schema}.instagram_posts`)
    expect(counted).toEqual({ n: total(sandbox), ids: total(sandbox), dated: total(sandbox) })
    const [indexes] = await rows(
      `select count(*)::int as n from pg_index where indrelid = '${schema}.instagram_posts'::regclass and indisunique`,
    )
    expect(indexes).toEqual({ n: 2 })
    const [insights] = await rows(`select count(*)::int as n from ${schema}.instagram_insights where u_id = '' and value is not null`)
    expect(Number(insights?.['n'])).toBeGreaterThan(50)
  })

  it.each([
    ['no accounts', ['sync', '--output', 'jsonl:data'], /--accounts is missing/],
    ['no output', ['sync', '--accounts', 'file:a.yaml'], /--output is missing/],
    ['stdout as output', ['sync', '--accounts', 'file:a.yaml', '--output', 'stdout'], /stdout is for its summary/],
    ['an unknown recipe', ['sync', '--accounts', 'file:a.yaml', '--output', 'jsonl:d', '--recipe', 'pots'], /did you mean posts/],
    ['no account at a time', ['sync', '--accounts', 'file:a.yaml', '--output', 'jsonl:d', '--concurrency', '0'], /--concurrency/],
  ])('ends with 2 and one message, given %s', async (_case, args, message) => {
    const { code, stdout, stderr } = await runConnector(args, { cwd: temporaryFolder() })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('ends with 3 at the budget and with 1 when an account is lost, the others written', async () => {
    const { sandbox, ids, sync, folder } = await openRegistry({ instagram: { accounts: 4, media: 5 } })
    expect(await sync('jsonl:data', '--max-requests', '2')).toMatchObject({ code: 3, summary: { requests_made: 2, accounts_left: 2 } })
    sandbox.tokens.revoke(sandbox.tokens.instagram(ids[0] ?? ''))
    const { code, summary } = await sync('jsonl:data')
    expect({ code, summary }).toMatchObject({ code: 1, summary: { accounts_processed: 3, accounts_needing_login: 1 } })
    expect(readFileSync(join(folder, 'accounts.state.json'), 'utf8')).toContain('needs_login')
  })
})
