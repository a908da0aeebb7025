import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { messages, runConnector, summaryOf, temporaryFolder } from '../cli/run.ts'
import { type Postbox, startPostbox } from './server.ts'

const packages = fileURLToPath(new URL('package.mjs', import.meta.url))
const FIRST = 'pbx-first-key'

/** A folder with a registry, and the command line with the package of the second provider. */
async function openPlace() {
  const postbox = await startPostbox()
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ base_url: postbox.url }))
  const env = {
    CONNECTOR_ACCOUNTS: 'file:accounts.yaml',
    CONNECTOR_ACCOUNTS_KEY: Buffer.alloc(32, 7).toString('base64'),
    CONNECTOR_PACKAGES: packages,
    KEY: FIRST,
    CRON_SECRET: 'hidden',
  }
  const run = (...args: readonly string[]) => runConnector(args, { cwd: folder, env })
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value))
  return { postbox, folder, env, run, write }
}

async function withAccount() {
  const place = await openPlace()
  const added = await place.run('accounts', 'add', '--token', 'env:KEY', '--base-url', place.postbox.url)
  expect(added).toMatchObject({ code: 0 })
  return { ...place, added }
}

async function rowsOf(file: string, query: string) {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(query)).getRows()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const keysUsed = ({ requests }: Postbox, path: string) => requests.filter((line) => line.includes(path)).map((line) => line.split(' ')[2])

describe('a provider that only its own package knows', () => {
  it('is added as an account, by the form of its token', async () => {
    const { added, run } = await withAccount()
    expect(messages(added.stdout)).toMatchObject([
      { id: 'red-box', external_id: 'red-box', provider: 'postbox', login: 'postbox', name: 'The red box', status: 'active', days_left: 0 },
    ])
    expect(messages((await run('accounts', 'list')).stdout)).toEqual(messages(added.stdout))
    expect(added.stdout + added.stderr).not.toContain(FIRST)
  })

  it('has its tokens refreshed in its own way', async () => {
    const { run, postbox } = await withAccount()
    const refreshed = await run('accounts', 'refresh', '--all', '--base-url', postbox.url)
    expect(refreshed.code).toBe(0)
    expect(messages(refreshed.stdout)).toMatchObject([{ external_id: 'red-box', outcome: 'refreshed' }])
    expect(keysUsed(postbox, '/renew')).toEqual([FIRST])
    expect(messages((await run('accounts', 'list')).stdout)).toMatchObject([{ days_left: 8 }])
  })

  it('says in its own words why an account needs a login', async () => {
    const { run, postbox } = await withAccount()
    postbox.revoke(FIRST)
    const lost = await run('accounts', 'refresh', 'red-box', '--base-url', postbox.url)
    expect(lost.code).toBe(4)
    expect(messages(lost.stdout)).toMatchObject([{ outcome: 'needs_login', code: 'ERR_KEY_REVOKED' }])
  })

  it('is synced into its own table, with the token refreshed on the way and counters named by its package', async () => {
    const { run, folder, postbox } = await withAccount()
    const args = ['sync', '--recipe', 'notes', '--config', 'config.json', '--output', 'duckdb:notes.duckdb']
    const synced = await run(...args)
    expect(synced).toMatchObject({ code: 0 })
    const summary = JSON.parse(synced.stdout)
    expect(summary).toMatchObject({ success: true, accounts_processed: 1, rows_written: 2, notes_inserted: 0, notes_updated: 0 })
    expect(summary).not.toHaveProperty('posts_inserted')
    expect(await rowsOf(join(folder, 'notes.duckdb'), 'select box, key, text from postbox_notes order by key')).toEqual([
      ['red-box', 'n1', 'buy stamps'],
      ['red-box', 'n2', 'paint the box'],
    ])
    const [used] = keysUsed(postbox, '/boxes/')
    expect(used).toMatch(/renewed$/)
    expect(synced.stdout + synced.stderr).not.toContain(used)
  })

  it('is synced by its connector alone, with the config of each account from its package', async () => {
    const { run, postbox } = await withAccount()
    const args = ['sync', '--connector', 'postbox_notes', '--config', 'config.json', '--output', 'jsonl:data']
    expect(JSON.parse((await run(...args)).stdout)).toMatchObject({ success: true, accounts_processed: 1, rows_written: 2 })
    expect(postbox.requests.filter((line) => line.startsWith('GET /boxes/red-box/notes'))).toHaveLength(1)
  })

  it('leaves accounts of others to their own recipes', async () => {
    const { run, postbox } = await withAccount()
    const before = postbox.requests.length
    const others = await run('sync', '--recipe', 'posts', '--output', 'jsonl:data', '--only', 'red-box')
    expect(others.code).toBe(2)
    expect(others.stderr).toMatch(/ERR_ACCOUNT_PROVIDER.*belongs to the provider postbox/)
    expect(postbox.requests).toHaveLength(before)
  })

  it('is on the status page, and its recipe runs by its name', async () => {
    const { folder, env } = await withAccount()
    const args = ['serve', '--port', '0', '--recipe', 'posts', '--config', 'config.json', '--output', 'jsonl:data']
    const seen: unknown[] = []
    const ended = await runConnector(args, {
      cwd: folder,
      env,
      meanwhile: async (child) => {
        if (!child.stdout) throw new TypeError('no stdout')
        for await (const line of createInterface({ input: child.stdout })) {
          const { url } = JSON.parse(line) as { url: string }
          const bearer = { headers: { authorization: 'Bearer hidden' } }
          seen.push(await (await fetch(`${url}/api/cron/notes`, bearer)).json())
          seen.push((await fetch(`${url}/api/cron/nothing`, bearer)).status)
          seen.push(await (await fetch(url)).text())
          break
        }
        child.kill('SIGTERM')
      },
    })
    expect(ended.code).toBe(0)
    const [summary, unknown, page] = seen
    expect(summary).toMatchObject({ success: true, accounts_processed: 1, rows_written: 2 })
    expect(unknown).toBe(404)
    expect(page).toMatch(/The red box[\s\S]*red-box[\s\S]*8 days left/)
  })

  it('is checked, published to once for each key, and read with a counter of its own', async () => {
    const { run, write, postbox } = await openPlace()
    write('box.json', { access_token: 'env:KEY', box: 'red-box', base_url: postbox.url })
    write('note.json', { text: 'post a letter' })
    write('long.json', { text: 'x'.repeat(41) })
    const refused = await run('publish', 'validate', 'long.json', '--connector', 'postbox_notes')
    expect(refused.code).toBe(2)
    expect(messages(refused.stdout)).toMatchObject([{ valid: false, findings: [{ rule: 'note-length' }] }])
    const publish = ['publish', 'postbox_notes', '--config', 'box.json', '--idempotency-key', 'k1']
    expect((await run(...publish, '--input', 'long.json')).stdout).toContain('NOTE_TOO_LONG')
    expect(postbox.requests).toEqual([])
    const done = await run('publish', 'postbox_notes', '--config', 'box.json', '--input', 'note.json', '--idempotency-key', 'k2')
    expect(messages(done.stdout)).toMatchObject([{ key: 'k2', id: 'n3' }])
    const again = await run('publish', 'postbox_notes', '--config', 'box.json', '--input', 'note.json', '--idempotency-key', 'k2')
    expect(messages(again.stdout)).toMatchObject([{ key: 'k2', id: 'n3', replayed: true }])
    expect(postbox.notes).toHaveLength(3)
    const read = await run('read', 'postbox_notes', '--config', 'box.json', '--output', 'jsonl:data')
    expect(read.code).toBe(0)
    expect(summaryOf(read.stderr)).toMatchObject({ rows: 3, notes: 3 })
    expect(summaryOf(read.stderr)).not.toHaveProperty('media')
  })

  it('is listed, and a second package of the same name is refused', async () => {
    const { run, folder } = await openPlace()
    expect((await run('list')).stdout).toMatch(/postbox_notes .*Postbox Notes Connector/)
    const twice = join(folder, 'twice.mjs')
    writeFileSync(twice, `import { packages as one } from ${JSON.stringify(packages)}\nexport const packages = [...one, ...one]\n`)
    const refused = await run('list', '--packages', twice)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('ERR_PACKAGE_TWICE')
  })
})
