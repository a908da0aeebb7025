import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { main, startSandbox } from './sandbox-process.ts'

/** Milliseconds that every answer takes longer. */
const LATENCY = 50
const ACCOUNTS = 100

const run = promisify(execFile)

/** `connector sync` of a hundred accounts: everything new, then nothing new. Registry, state and rows are files. */
export async function sync(): Promise<void> {
  const sandbox = await startSandbox({ pages: ACCOUNTS, accounts: ACCOUNTS, media: 40, latency: LATENCY })
  const folder = mkdtempSync(join(tmpdir(), 'connector-bench-'))
  const env = {
    ...process.env,
    META_TOKEN: 'sandbox-user-token',
    CONNECTOR_ACCOUNTS: 'file:accounts.yaml',
    CONNECTOR_OUTPUT: 'duckdb:posts.duckdb',
  }
  const connector = async (...args: readonly string[]) => (await run(process.execPath, [main, ...args], { cwd: folder, env })).stdout
  try {
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ base_url: sandbox.url }))
    await connector('accounts', 'add', '--token', 'env:META_TOKEN', '--base-url', sandbox.url)
    console.log(`${ACCOUNTS} accounts, ${LATENCY} ms an answer, 4 accounts at a time\n`)
    console.log('| sync | accounts | requests | rows | seconds |\n|---|--:|--:|--:|--:|')
    for (const title of ['everything is new', 'nothing is new', 'nothing is new']) {
      const summary = JSON.parse(await connector('sync', '--config', 'config.json'))
      const { accounts_processed, requests_made, rows_written, duration_ms } = summary
      console.log(`| ${[title, accounts_processed, requests_made, rows_written, (duration_ms / 1000).toFixed(2)].join(' | ')} |`)
    }
  } finally {
    await sandbox.stop()
    rmSync(folder, { recursive: true })
  }
}
