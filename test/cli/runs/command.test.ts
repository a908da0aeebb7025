import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runConnector, summaryOf, temporaryFolder } from '../run.ts'
import { openWorld } from '../sandbox.ts'

/** A world that was read once, and how to ask about it. */
async function readOnce(...args: string[]) {
  const { config } = await openWorld()
  const folder = temporaryFolder()
  const state = `file:${join(folder, 'state')}`
  const read = (...more: string[]) =>
    runConnector(['read', 'facebook_pages', '--config', config, '--state', state, '--output', `jsonl:${join(folder, 'data')}`, ...more])
  const first = await read(...args)
  const runs = (...more: string[]) => runConnector(['runs', '--state', state, '--connection', 'facebook_pages', ...more])
  return { first, folder, read, runs }
}

describe('connector runs', () => {
  it('lists the runs of a connection, newest first', async () => {
    const { read, runs } = await readOnce('--select', 'page_insights')
    await read('--select', 'posts')
    const { code, stdout } = await runs()
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^\d{8}T\d+Z-[0-9a-f]{8} {2}complete {2}2\/2 streams {2}\d+ rows {2}\d+ calls {2}0 errors/)
    expect(JSON.parse((await runs('--json', '--limit', '1')).stdout)).toMatchObject({ status: 'complete', exit_code: 0, streams: 2 })
  })

  it('shows how each stream of a run fared, and what it proved complete', async () => {
    const { first, runs } = await readOnce('--select', 'page_insights')
    const { run_id, rows } = summaryOf(first.stderr)
    const record = JSON.parse((await runs(String(run_id), '--json')).stdout)
    expect(record).toMatchObject({ run_id, status: 'complete', rows, rows_written: rows })
    for (const stream of record.streams) {
      expect(stream).toMatchObject({ kind: 'page_insights', outcome: 'complete', failed_slices: 0 })
      expect(stream.rows_written).toBe(stream.rows)
      expect(stream.calls).toBeGreaterThan(0)
      expect(stream.complete).toHaveLength(1)
    }
    const { stdout } = await runs('last')
    for (const { account_id, rows: own, calls } of record.streams) {
      expect(stdout).toContain(`  ${account_id}  1/1 streams  ${own} rows  ${calls} calls  0 errors`)
    }
    expect(stdout).toMatch(/page_insights__\d+ {2}complete {2}\d+ rows, \d+ calls, \d+ slices {2}\d{4}-\d\d-\d\dT[\d:+]+ – \d{4}/)
    const complete = (await runs('--complete', '--json')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(complete).toEqual(record.streams.map(({ stream, complete: ranges }: Record<string, unknown>) => ({ stream, complete: ranges })))
  })

  it('records a run that was stopped, with what it did until then', async () => {
    const { first, runs } = await readOnce('--max-requests', '8')
    expect(first.code).toBe(3)
    const record = JSON.parse((await runs('last', '--json')).stdout)
    expect(record).toMatchObject({ status: 'stopped', exit_code: 3 })
    expect(record.errors.length).toBeGreaterThan(0)
  })

  it('records a run that was killed as one that never ended', async () => {
    const { folder, read, runs } = await readOnce('--max-requests', '4')
    const { config } = await openWorld()
    const killed = await runConnector(
      ['read', 'facebook_pages', '--config', config, '--state', `file:${join(folder, 'state')}`, '--connection', 'facebook_pages'],
      { meanwhile: async (child) => void child.stdout?.once('data', () => child.kill('SIGKILL')) },
    )
    expect(killed.code).toBeNull()
    expect(JSON.parse((await runs('last', '--json')).stdout)).toMatchObject({ status: 'running', exit_code: null })
    await read()
    expect(JSON.parse((await runs('last', '--json')).stdout)).toMatchObject({ status: 'complete' })
  })

  it('keeps tokens out of its records', async () => {
    const { folder } = await readOnce()
    const runs = join(folder, 'state', 'facebook_pages.runs')
    const text = readdirSync(runs)
      .map((name) => readFileSync(join(runs, name), 'utf8'))
      .join('')
    expect(text).toContain('page_insights')
    expect(text).not.toContain('sandbox-user-token')
  })

  it.each([
    [['2099'], /'2099' is not a run of connection facebook_pages/],
    [['2'], /is the start of several runs|is not a run/],
  ])('says which run it does not find: %j', async (args, message) => {
    const { read, runs } = await readOnce('--max-requests', '3')
    await read('--max-requests', '3')
    const { code, stderr } = await runs(...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
