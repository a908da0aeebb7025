// Tables and states: each measurement is a process of its own. PostgreSQL only where CONNECTOR_TEST_POSTGRES names a database,
// S3 with the storage of the tests in this process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { s3Environment, startS3 } from '../test/conformance/s3-server.ts'

/** As the command line sets it, see cli/main.ts. */
const HEAP = '--heap-growing-percent=20'
const peakHook = new URL('./peak-rss.mjs', import.meta.url).href
const whole = (value: number) => Math.round(value).toLocaleString('en-GB')

async function measure(script: string, args: readonly string[], folder: string) {
  const peakFile = join(folder, 'peak')
  const path = new URL(script, import.meta.url).pathname
  const child = spawn(process.execPath, [HEAP, '--import', peakHook, '--import', 'tsx', path, ...args], {
    env: { ...process.env, ...s3Environment, PEAK_RSS_FILE: peakFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${code}`)
  return { result: JSON.parse(stdout), megabytes: Number(readFileSync(peakFile, 'utf8')) / 1024 }
}

/** Prints what tables and registries do in a second. */
export async function measureStorage(): Promise<void> {
  const s3 = await startS3()
  const folder = mkdtempSync(join(tmpdir(), 'connector-bench-'))
  const postgres = process.env['CONNECTOR_TEST_POSTGRES']
  try {
    console.log('\n| 100,000 insight rows, upserted twice | first rows/s | second rows/s | peak RSS MB |\n|---|--:|--:|--:|')
    for (const url of [`duckdb:${join(folder, 'data.duckdb')}`, ...(postgres ? [postgres] : [])]) {
      for (const how of ['destination', 'bare']) {
        const { result, megabytes } = await measure('./tables.ts', [url, how], folder)
        const speeds = result.seconds.map((seconds: number) => whole(result.rows / seconds)).join(' | ')
        console.log(`| ${url.split(':')[0]}, ${how} | ${speeds} | ${whole(megabytes)} |`)
      }
    }
    console.log('\n| state of 100,000 accounts | load s | one commit s | show s | peak RSS MB |\n|---|--:|--:|--:|--:|')
    for (const url of [`file:${join(folder, 'state')}`, s3.freshUrl(), ...(postgres ? [postgres] : [])]) {
      const { result, megabytes } = await measure('./state.ts', [url], folder)
      const { load, commit, show } = result
      console.log(`| ${url.split(':')[0]} | ${load.toFixed(2)} | ${commit.toFixed(2)} | ${show.toFixed(2)} | ${whole(megabytes)} |`)
    }
  } finally {
    await s3.stop()
    rmSync(folder, { recursive: true })
  }
}
