import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fault } from '../../sandbox/faults/fault.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { configFile, type Ended, type RunOptions, runConnector, temporaryFolder } from '../cli/run.ts'

/** Journal points of one image: begun, container started, made, publishing started, done, ended; before and after each. */
const points = [1, 2, 3, 4, 5, 6].flatMap((write) => [`${write}:before`, `${write}:after`])
const replies = ['arrives', 'of publishing is lost', 'of publishing is lost, and so was the call', 'of the container is lost'] as const
/** More by CONNECTOR_TEST_KILLS, for a long run. */
const randomKills = Number(process.env['CONNECTOR_TEST_KILLS'] ?? 12)
const lanes = 2

interface Seed {
  readonly seed: number
  /** At a point of the journal, or so many milliseconds after so many requests. */
  readonly kill: { readonly at: string } | { readonly requests: number; readonly ms: number }
  readonly reply: (typeof replies)[number]
}

/** Park and Miller; the seed is part of every message. */
function randomOf(seed: number): () => number {
  let state = (seed * 7919 + 1) % 2_147_483_647
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

function seeds(): readonly Seed[] {
  const atPoints = replies.flatMap((reply, row) =>
    points.map((at, column) => ({ seed: row * points.length + column + 1, kill: { at }, reply })),
  )
  const anywhere = Array.from({ length: randomKills }, (_, index) => {
    const seed = 1000 + index
    const random = randomOf(seed)
    const kill = { requests: 1 + Math.floor(random() * 4), ms: Math.floor(random() * 8) }
    return { seed, kill, reply: replies[Math.floor(random() * replies.length)] ?? 'arrives' }
  })
  return [...atPoints, ...anywhere]
}

const PUBLISH = 'POST /{ig-user}/media_publish'

function faultOf(reply: Seed['reply'], account: string): Fault | undefined {
  const reset = (route: string, work: 'done' | 'undone'): Fault => ({ kind: 'reset', bytes: 0, work, times: 1, match: { route, account } })
  if (reply === 'of publishing is lost') return reset(PUBLISH, 'done')
  if (reply === 'of publishing is lost, and so was the call') return reset(PUBLISH, 'undone')
  if (reply === 'of the container is lost') return reset('POST /{ig-user}/media', 'done')
  return undefined
}

interface Lane {
  readonly sandbox: Sandbox
  readonly account: string
  readonly folder: string
  readonly config: string
}

/** The worst of APIs: it would post a container again when asked to. */
async function openLanes(): Promise<readonly Lane[]> {
  const publishing = { imageSeconds: 0, quota: 10_000, containers: 10_000, republish: 'posts-again' } as const
  const sandbox = await startSandbox({ instagram: { media: 5, accounts: lanes }, publishing, latencyMs: 2 })
  onTestFinished(() => sandbox.close())
  return sandbox.instagram.accounts.slice(0, lanes).map((account) => {
    const settings = { check_quota: false, reconcile_looks: 2, settle_seconds: 0.3, create_retries: 0, local_media: true }
    const config = configFile({ access_token: 'sandbox-user-token', instagram_account_id: account, base_url: sandbox.url, ...settings })
    return { sandbox, account, folder: temporaryFolder(), config }
  })
}

const preload = pathToFileURL(join(import.meta.dirname, 'kill-at-journal.mjs')).href

function killing({ sandbox, account }: Lane, { kill }: Seed): RunOptions {
  if ('at' in kill) return { env: { NODE_OPTIONS: `--import ${preload}`, CONNECTOR_KILL_AT: kill.at } }
  const calls = () => sandbox.requests.filter((request) => request.account === account).length
  const before = calls()
  return {
    meanwhile: async (child) => {
      while (child.exitCode === null && calls() - before < kill.requests) await wait(1)
      await wait(kill.ms)
      child.kill('SIGKILL')
    },
  }
}

/** Runs one seed to its end, and says what is wrong with it: nothing when all is well. */
async function runSeed(lane: Lane, seed: Seed): Promise<{ readonly wrong: readonly string[]; readonly killed: boolean }> {
  const key = `seed-${seed.seed}`
  const { sandbox, account, folder, config } = lane
  const input = join(folder, `${key}.json`)
  writeFileSync(input, JSON.stringify({ type: 'image', caption: key, media: [{ type: 'image', url: sandbox.sample('photo.jpg') }] }))
  const journal = ['--journal', `file:${join(folder, 'journal')}`, '--config', config]
  const post = (options?: RunOptions) =>
    runConnector(['publish', 'instagram_publish', '--input', input, '--idempotency-key', key, ...journal], options)
  const fault = faultOf(seed.reply, account)
  const rule = fault && sandbox.faults.add(fault)
  const runs: Ended[] = [await post(killing(lane, seed))]
  if (rule !== undefined && sandbox.faults.list().find(({ id }) => id === rule)?.hits !== 0) sandbox.faults.clear(rule)
  for (let resumed = 0; resumed < 4 && stateOf(runs.at(-1)) !== 'PUBLISHED'; resumed++) {
    const next = await runConnector(['publish', 'resume', key, ...journal])
    // Killed before a word was written down: nothing was sent either, so it is begun anew.
    runs.push(next.stderr.includes('ERR_ACTION_KEY_UNKNOWN') ? await post() : next)
  }
  if (rule !== undefined) sandbox.faults.clear(rule)
  return { wrong: judge(seed, runs, sandbox.published(account).by_caption[key] ?? 0), killed: runs[0]?.code === null }
}

function stateOf(run: Ended | undefined): string | undefined {
  return run && run.stdout !== '' ? JSON.parse(run.stdout).state : undefined
}

function judge({ seed, kill, reply }: Seed, runs: readonly Ended[], live: number): readonly string[] {
  const name = `seed ${seed} (${JSON.stringify(kill)}, the reply ${reply})`
  const silent = runs.slice(1).filter((run) => !['PUBLISHED', 'FAILED', 'UNKNOWN'].includes(stateOf(run) ?? ''))
  const helpless = runs.filter((run) => stateOf(run) === 'UNKNOWN' && !run.stderr.includes('publish resume'))
  return [
    ...(live === 1 ? [] : [`${name}: ${live} posts`]),
    ...(stateOf(runs.at(-1)) === 'PUBLISHED' ? [] : [`${name}: ended ${stateOf(runs.at(-1))}: ${runs.at(-1)?.stderr}`]),
    ...silent.map((run) => `${name}: a resume said nothing: ${run.stderr}`),
    ...helpless.map((run) => `${name}: UNKNOWN without saying what to do: ${run.stderr}`),
  ]
}

describe('kill -9 while publishing', { timeout: 900_000 }, () => {
  it('makes exactly one post for each key, at every point of the journal and at any moment', async () => {
    const all = seeds()
    expect(all.length).toBeGreaterThanOrEqual(60)
    const open = await openLanes()
    const queue = [...all]
    const ends: Awaited<ReturnType<typeof runSeed>>[] = []
    await Promise.all(
      open.map(async (lane) => {
        for (let seed = queue.shift(); seed; seed = queue.shift()) ends.push(await runSeed(lane, seed))
      }),
    )
    expect(ends.flatMap(({ wrong }) => wrong)).toEqual([])
    // A lost reply of the container ends the first run before the later points of the journal.
    expect(ends.filter(({ killed }) => killed).length).toBeGreaterThanOrEqual(40)
    const counts = open.flatMap(({ sandbox, account }) => Object.values(sandbox.published(account).by_caption))
    expect(counts).toEqual(all.map(() => 1))
  })
})
