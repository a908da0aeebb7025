import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { type RunOptions, runConnector, summaryOf, temporaryFolder } from './run.ts'
import { openWorld } from './sandbox.ts'

async function end(args: readonly string[], options: RunOptions = {}) {
  const { code, stdout, stderr } = await runConnector(args, { cwd: temporaryFolder(), ...options })
  return {
    code,
    stdout,
    stderr,
    summary: summaryOf(stderr) as { readonly exit_code: number; readonly errors: readonly { code: string }[] },
  }
}

/** A module that a command loads: its code decides what becomes of the process. */
function module(code: string): string {
  const file = join(temporaryFolder(), 'components.js')
  writeFileSync(file, `${code}\nexport const components = []\n`)
  return file
}

describe('every run ends with its summary line', () => {
  it.each([
    ['a read without a connector', ['read'], 'ERR_CONNECTOR_MISSING'],
    ['a read of an unknown connector', ['read', 'facebok'], 'ERR_CONNECTOR_UNKNOWN'],
    ['a read whose config does not exist', ['read', 'facebook_pages', '--config', 'none.json'], 'ERR_CONFIG_UNREADABLE'],
    ['a read with a wrong number', ['read', 'facebook_pages', '--limit', 'many'], 'ERR_FLAG_INVALID'],
    ['a read with an unknown flag', ['read', 'facebook_pages', '--confg', 'x'], 'ERR_USAGE'],
    ['a read whose state is of no registry', ['read', 'facebook_pages', '--config', 'c.json', '--state', 'ftp://x'], 'ERR_STATE_URL'],
    ['a check whose config does not exist', ['check', 'facebook_pages', '--config', 'none.json'], 'ERR_CONFIG_UNREADABLE'],
    ['a discover of an unknown connector', ['discover', 'facebok'], 'ERR_CONNECTOR_UNKNOWN'],
    ['a sync without accounts', ['sync', '--output', 'jsonl:data'], 'ERR_FLAG_MISSING'],
    ['a service without accounts', ['serve', '--output', 'jsonl:data'], 'ERR_FLAG_MISSING'],
    ['a post whose file does not exist', ['publish', 'instagram_publish', '--input', 'none.json'], 'ERR_POST_UNREADABLE'],
  ])('%s, before the first request', async (_run, args, error) => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'c.json'), '{"access_token":"none","start_date":"2026-01-01"}')
    const { code, summary } = await end(args, { cwd })
    expect({ code, summary }).toMatchObject({
      code: 2,
      summary: { type: 'summary', exit_code: 2, errors_total: 1, errors: [{ code: error }] },
    })
  })

  it('a read whose token the provider refuses', async () => {
    const { sandbox, config } = await openWorld()
    sandbox.tokens.revoke('sandbox-user-token')
    const { code, summary } = await end(['read', 'facebook_pages', '--config', config])
    expect({ code, summary }).toMatchObject({ code: 4, summary: { type: 'summary', status: 'failed', exit_code: 4 } })
  })

  it('a read that SIGTERM stops while it waits for an answer', async () => {
    const { sandbox, config } = await openWorld()
    sandbox.faults.add({ kind: 'stall-headers', match: { path: '*/insights' } })
    const { code, summary } = await end(['read', 'facebook_pages', '--config', config], {
      meanwhile: async (child) => {
        while (!sandbox.requests.some(({ path }) => path.endsWith('/insights'))) await new Promise((resolve) => setImmediate(resolve))
        child.kill('SIGTERM')
      },
    })
    expect({ code, summary }).toMatchObject({ code: 3, summary: { type: 'summary', status: 'stopped', exit_code: 3 } })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('a command that ignores the first %s, at the second', async (signal) => {
    const stubborn = module(`process.stderr.write('loaded\\n'); await new Promise((resolve) => setTimeout(resolve, 2 ** 30))`)
    const { code, summary } = await end(['read', 'facebook_pages', '--components', stubborn], {
      meanwhile: (child) =>
        new Promise<void>((resolve) => {
          child.stderr?.once('data', () => {
            child.kill(signal)
            // The kernel merges two signals that are not taken yet.
            const again = setInterval(() => child.kill(signal), 20)
            child.once('exit', () => clearInterval(again))
            resolve()
          })
        }),
    })
    expect({ code, summary }).toMatchObject({ code: 3, summary: { type: 'summary', status: 'stopped', errors: [{ code: 'ERR_SIGNAL' }] } })
  })

  it.each(['read', 'discover', 'check'])('a %s whose event loop runs empty', async (command) => {
    const lost = module('await new Promise(() => undefined)')
    const { code, summary, stderr } = await end([command, 'facebook_pages', '--components', lost])
    expect({ code, summary }).toMatchObject({ code: 1, summary: { type: 'summary', exit_code: 1, errors: [{ code: 'ERR_UNEXPECTED' }] } })
    expect(stderr).not.toContain('unsettled top-level await')
  })

  it.each(['check', 'discover'])('a %s that works', async (command) => {
    const { config, sandbox } = await openWorld()
    const { code, summary } = await end([command, 'facebook_pages', '--config', config])
    expect({ code, summary }).toMatchObject({
      code: 0,
      summary: { ...{ type: 'summary', status: 'complete', exit_code: 0, errors_total: 0 }, requests: sandbox.requests.length },
    })
  })

  it('a check that fails', async () => {
    const { config, sandbox } = await openWorld()
    sandbox.tokens.revoke('sandbox-user-token')
    const { code, summary } = await end(['check', 'facebook_pages', '--config', config])
    expect(code).toBeGreaterThan(0)
    expect(summary).toMatchObject({ type: 'summary', status: 'failed', exit_code: code })
  })

  it('a service that a signal ends', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'accounts.yaml'), 'accounts: []\n')
    const { code, summary } = await end(['serve', '--accounts', 'file:accounts.yaml', '--output', 'jsonl:data', '--port', '0'], {
      cwd,
      meanwhile: (child) =>
        new Promise<void>((resolve) => {
          child.stdout?.once('data', () => {
            child.kill('SIGTERM')
            resolve()
          })
        }),
    })
    expect({ code, summary }).toMatchObject({
      code: 0,
      summary: { type: 'summary', status: 'complete', exit_code: 0, runs: 0, requests: 0 },
    })
  })

  it('a sync whose event loop runs empty, on stdout like any sync', async () => {
    const lost = module('await new Promise(() => undefined)')
    const args = ['sync', '--accounts', 'file:accounts.yaml', '--output', 'jsonl:data', '--packages', lost]
    const { code, stdout, summary } = await end(args)
    expect({ code, summary }).toMatchObject({ code: 1, summary: { exit_code: 1, errors: [{ code: 'ERR_UNEXPECTED' }] } })
    expect(JSON.parse(stdout)).toMatchObject({ success: false, exit_code: 1, posts_inserted: 0, errors: [{ code: 'ERR_UNEXPECTED' }] })
  })

  it('and a connection that nobody waits for does not keep the process', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const connected = module(`import { connect } from 'node:net'; connect(${port}, '127.0.0.1')`)
    const { config } = await openWorld()
    const { code, summary } = await end(['read', 'facebook_pages', '--config', config, '--select', 'posts', '--components', connected])
    expect({ code, summary }).toMatchObject({ code: 0, summary: { type: 'summary', status: 'complete' } })
  })
})

describe('a sync that fails as a whole', () => {
  it('prints its summary on stdout, with the error, and logs the run', async () => {
    const sandbox = await startSandbox({ posts: 0, instagram: { accounts: 1, media: 3 } })
    onTestFinished(() => sandbox.close())
    const cwd = temporaryFolder()
    const [id = ''] = sandbox.truth.accounts()
    writeFileSync(join(cwd, 'accounts.yaml'), `accounts:\n  - { ig_user_id: '${id}', name: one, login: instagram, token: env:TOKEN }\n`)
    writeFileSync(join(cwd, 'config.json'), JSON.stringify({ instagram_base_url: sandbox.instagramUrl }))
    writeFileSync(join(cwd, 'posts.duckdb'), 'not a database')
    const args = ['sync', '--accounts', 'file:accounts.yaml', '--config', 'config.json', '--output', 'duckdb:posts.duckdb']
    const { code, stdout, summary } = await end(args, { cwd, env: { TOKEN: sandbox.tokens.instagram(id) } })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ success: false, exit_code: 2, accounts_processed: 0 },
      errors: [{ account_id: null, code: 'ERR_OUTPUT_DUCKDB' }],
    })
    expect(summary).toMatchObject({ exit_code: 2 })
  })
})
