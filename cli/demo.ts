// `npm run demo`: the main job against the embedded sandbox, by the same commands that a person would type.

import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DAY_MS } from '../framework/time.ts'
import { startSandbox } from '../sandbox/sandbox.ts'

const main = fileURLToPath(new URL('./main.js', import.meta.url))
const folder = 'demo-output'

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function connector(...args: readonly string[]): Promise<string> {
  say(`\n$ npx declarative-connector ${args.join(' ')}`)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`connector ${args[0]} ended with exit code ${code}`))))
  })
}

function countRows(directory: string): Map<string, number> {
  const rows = new Map<string, number>()
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))) {
    const kind = file.split('__')[0] ?? file
    const lines = readFileSync(`${directory}/${file}`, 'utf8').split('\n').length - 1
    rows.set(kind, (rows.get(kind) ?? 0) + lines)
  }
  return rows
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const sandbox = await startSandbox({ pages: 3, days: 120, posts: 60 })
const start = new Date(Date.now() - 100 * DAY_MS).toISOString().slice(0, 10)
writeFileSync(
  `${folder}/config.json`,
  `${JSON.stringify({ access_token: 'sandbox-user-token', start_date: start, base_url: sandbox.url }, null, 2)}\n`,
)
say(`A local Graph API runs at ${sandbox.url}; its data follow from a seed.`)

const shared = ['facebook_pages', '--config', `${folder}/config.json`]
say((await connector('check', ...shared)).trim())
const catalog = JSON.parse(await connector('discover', ...shared))
say(`${catalog.catalog.streams.length} streams discovered`)

const reads: { calls: number; rows: number }[] = []
const read = ['read', ...shared, '--state', `file:${folder}/state`, '--output', `jsonl:${folder}/data`]
for (const _ of ['first', 'second']) {
  sandbox.reset()
  const before = [...countRowsOrNone()].reduce((sum, [, count]) => sum + count, 0)
  await connector(...read)
  const after = [...countRows(`${folder}/data`)].reduce((sum, [, count]) => sum + count, 0)
  reads.push({ calls: sandbox.requests.length, rows: after - before })
}
await sandbox.close()

say('\nWhat was written:')
for (const [kind, count] of countRows(`${folder}/data`)) say(`  ${kind.padEnd(40)} ${String(count).padStart(6)} rows`)
const [first, second] = reads
say(
  `\nfirst read:  ${first?.rows} rows, ${first?.calls} calls\nsecond read: ${second?.rows} rows, ${second?.calls} calls (the look-back window only)`,
)
say(`records: ${folder}/data/*.jsonl\nstate:   ${folder}/state`)

function countRowsOrNone(): Map<string, number> {
  return readdirSync(folder).includes('data') ? countRows(`${folder}/data`) : new Map()
}
