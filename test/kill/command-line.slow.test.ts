import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { configFile, type Ended, runConnector, summaryOf, temporaryFolder } from '../cli/run.ts'
import { openWorld } from '../cli/sandbox.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { type S3Server, s3Environment, startS3 } from '../conformance/s3-server.ts'
import { dropSchema } from './rows.ts'

let postgres: PostgresServer | undefined
let s3: S3Server | undefined
beforeAll(async () => {
  postgres = await startPostgres()
  s3 = await startS3()
})
afterAll(async () => {
  await postgres?.stop()
  await s3?.stop()
})

const registries = {
  file: () => `file:${join(temporaryFolder(), 'state')}`,
  postgres: () => {
    const url = postgres?.freshUrl() ?? ''
    onTestFinished(() => dropSchema(url))
    return url
  },
  s3: () => s3?.freshUrl() ?? '',
}

describe('two readers of one connection at once', { timeout: 60_000 }, () => {
  it.each(['file', 'postgres', 's3'] as const)('the second is refused and told who holds the state (%s)', async (kind) => {
    let begun = (): void => undefined
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const sandbox = await startSandbox({ pages: 2, days: 60, posts: 20, logger: { info: () => begun() } })
    onTestFinished(() => sandbox.close())
    // The first reader waits for an answer until the second one is through.
    sandbox.faults.add({ kind: 'stall-headers', skip: 1, times: 1, match: {} })
    const config = configFile({ access_token: 'sandbox-user-token', start_date: '2026-10-15', base_url: sandbox.url })
    const place = ['--state', registries[kind](), '--output', `jsonl:${temporaryFolder()}`]
    const read = (meanwhile?: (child: ChildProcess) => Promise<void>) =>
      runConnector(['read', 'facebook_pages', '--config', config, ...place], { env: s3Environment, ...(meanwhile ? { meanwhile } : {}) })
    let second: Ended | undefined
    let holder: number | undefined
    const first = await read(async (child) => {
      holder = child.pid
      await hasBegun
      second = await read()
      child.kill('SIGTERM')
    })
    expect(second?.code).toBe(1)
    expect(second?.stderr).toContain('ERR_STATE_LOCKED')
    expect(second?.stderr).toMatch(new RegExp(`in use by run \\d{8}T\\d+Z-[0-9a-f]{8} \\(process ${holder} on ${hostname()}\\) since `))
    expect(first.code).toBe(3)
    const third = await read()
    expect(third.code).toBe(0)
    expect(summaryOf(third.stderr)).toMatchObject({ status: 'complete', errors_total: 0 })
  })
})

describe.runIf(process.platform === 'linux')('stdout on a disk that is full', () => {
  async function printToFullDisk(...args: string[]) {
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', full, 'pipe'] })
    closeSync(full)
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
    })
    const [code] = await once(child, 'close')
    return { code, stderr }
  }

  it('ends a read with an error that says what to do', async () => {
    const { config } = await openWorld()
    const { code, stderr } = await printToFullDisk('read', 'facebook_pages', '--config', config)
    expect(code).toBe(1)
    expect(stderr).toMatch(/ERR_OUTPUT_FAILED.*stdout cannot be written \(ENOSPC.*make room/)
  })

  it('is a failure of whatever else prints', async () => {
    const { code, stderr } = await printToFullDisk('list')
    expect(code).toBe(1)
    expect(stderr).toMatch(/stdout cannot be written \(ENOSPC.*make room/)
  })
})
