import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openService } from '../../service/open-service.ts'
import { temporaryFolder } from '../cli/run.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { type Random, randomOf } from '../kill/random.ts'
import { openSyncWorld, type SyncWorld } from './world.ts'

const SECRET = 'a secret of the test'
const ROUNDS = 40
const ACCOUNTS = 20
/** Rounds after which the outputs are new: accounts with and without news then meet in one run. */
const FRESH_AFTER = 5

interface Round {
  readonly output: string
  readonly state: string
  readonly concurrency: number
  readonly maxRequests: number
}

/** One request to a service of its own, which answers or is a failure of the test. */
async function serveOnce({ request, sandbox }: SyncWorld, round: Round) {
  const service = await openService({
    ...{ accounts: request.accounts, clock: request.clock, secret: SECRET, ...round, env: {} },
    config: { base_url: sandbox.url, instagram_base_url: sandbox.instagramUrl },
  })
  try {
    const bearer = { headers: { authorization: `Bearer ${SECRET}` } }
    const response = await service.fetch(new Request('http://service/api/cron/instagram', bearer))
    return { status: response.status, summary: (await response.json()) as Readonly<Record<string, unknown>> }
  } finally {
    await service.close()
  }
}

/** Accounts answer in another order in every round. */
function shuffleAnswers({ sandbox, ids }: SyncWorld, numbers: Random): void {
  sandbox.faults.clear()
  for (const id of ids) sandbox.faults.add({ match: { path: `*/${id}/media` }, kind: 'delay', ms: numbers.between(0, 12) })
}

async function playRounds(seed: number, outputOf: (index: number) => string): Promise<void> {
  const numbers = randomOf(seed)
  const folder = temporaryFolder()
  const warnings: Error[] = []
  const note = (warning: Error) => void warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const world = await openSyncWorld({ seed, instagram: { accounts: ACCOUNTS, media: 6 } })
  for (let round = 0; round < ROUNDS; round++) {
    shuffleAnswers(world, numbers)
    const set = Math.floor(round / FRESH_AFTER)
    const maxRequests = round % FRESH_AFTER === 0 ? numbers.between(1, ACCOUNTS) : 1_000
    const place = { output: outputOf(set), state: `file:${join(folder, `state-${set}`)}` }
    const { status, summary } = await serveOnce(world, { ...place, concurrency: numbers.between(1, 40), maxRequests })
    expect({ seed, round, status, errors: summary['errors'] }).toEqual({ seed, round, status: 200, errors: [] })
    const left = Math.max(0, ACCOUNTS - maxRequests)
    expect(summary).toMatchObject({ exit_code: left > 0 ? 3 : 0, accounts_processed: ACCOUNTS - left, accounts_left: left })
  }
  expect(warnings).toEqual([])
}

describe('a service that is asked again and again', () => {
  it('answers every round into DuckDB, whichever accounts have news and whichever answer first', async () => {
    const folder = temporaryFolder()
    await playRounds(11, (set) => `duckdb:${join(folder, `posts-${set}.duckdb`)}`)
  }, 240_000)

  it('answers every round into PostgreSQL', async () => {
    const postgres: PostgresServer = await startPostgres()
    try {
      const urls: string[] = []
      await playRounds(12, (set) => {
        urls[set] ??= postgres.freshUrl()
        return urls[set] ?? ''
      })
    } finally {
      await postgres.stop()
    }
  }, 240_000)
})
