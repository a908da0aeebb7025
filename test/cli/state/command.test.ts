import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ConnectionState, systemClock } from '../../../framework/index.ts'
import { fileStateRegistry } from '../../../state/file.ts'
import { fakeClock } from '../../conformance/fake-clock.ts'
import { runConnector, temporaryFolder } from '../run.ts'

const facebook = 'conn::third_party::social::meta::facebook_pages::rest'
let folder: string
let clock: ReturnType<typeof fakeClock>
beforeEach(() => {
  folder = temporaryFolder()
  clock = fakeClock()
})

const state = (...args: string[]) => runConnector(['state', ...args, '--state', `file:${folder}`])
const registry = () => fileStateRegistry(folder, { clock })

/** What successive runs left. */
async function runs(states: readonly ConnectionState[], connection = 'acme', connector = facebook): Promise<void> {
  for (const [index, streams] of states.entries()) {
    const lease = await registry().acquire(connection, connector, `run-${index + 1}`)
    await lease.load()
    await lease.commit(streams)
    await lease.release()
  }
}
const two = [
  { posts__1: { created_time: '2026-01-01' }, posts__2: { created_time: '2026-01-01' } },
  { posts__1: { created_time: '2026-02-01' } },
]

describe('connector state show', () => {
  it('prints the state of the only connection, for people', async () => {
    await runs(two)
    const { code, stdout } = await state('show')
    expect(code).toBe(0)
    expect(stdout).toBe(
      `connection acme, connector ${facebook}\nversion 2, committed 2026-01-02T03:04:05.000Z by run run-2\n\n` +
        'posts__1  {"created_time":"2026-02-01"}\nposts__2  {"created_time":"2026-01-01"}\n',
    )
  })

  it('prints an earlier version, some streams, as JSON', async () => {
    await runs(two)
    const { stdout } = await state('show', '--json', '--at', '1', '--stream', '*__1')
    expect(JSON.parse(stdout)).toMatchObject({ connection: 'acme', version: 1, streams: { posts__1: { created_time: '2026-01-01' } } })
    expect(Object.keys(JSON.parse(stdout).streams)).toEqual(['posts__1'])
  })

  it('finds the connection of a connector', async () => {
    await runs(two, 'facebook_pages')
    await runs(two, 'other')
    const { stdout } = await state('show', 'facebook_pages')
    expect(stdout).toContain('connection facebook_pages')
  })

  it.each([
    [['show'], /the registry is empty/, []],
    [['show', '--connection', 'acma'], /no state of connection acma; did you mean acme/, ['acme', 'b']],
    [['show'], /name the connection.*known: acme, b/, ['acme', 'b']],
    [['show', '--at', '9'], /version 9 of connection acme is not kept.*known: 1, 2/, ['acme']],
    [['show', '--stream', 'post__1'], /no stream matches 'post__1'; did you mean posts__1/, ['acme']],
    [['import'], /--input FILE/, []],
    [['import', '--input', 'state.json', '--connection', 'new'], /state\.json cannot be read/, []],
  ])('says what is wrong: %j', async (args, message, connections) => {
    for (const connection of connections) await runs(two, connection)
    const { code, stdout, stderr } = await state(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it.each([
    ['empty', '', /it is empty/],
    ['cut off', '{"format":"connector-state","format_version":1,', /not valid JSON/],
    ['of a newer version', '{"format":"connector-state","format_version":9}', /state format 9, this version reads up to 1/],
    ['something else', '{"a":1}', /not a state file of this program/],
  ])('refuses a file that is %s and names it', async (_what, text, message) => {
    await runs(two)
    writeFileSync(join(folder, 'acme.json'), text)
    const { code, stderr } = await state('show', '--connection', 'acme')
    expect(code).toBe(2)
    expect(stderr).toContain(join(folder, 'acme.json'))
    expect(stderr).toMatch(message)
  })

  it('needs a registry', async () => {
    const { code, stderr } = await runConnector(['state', 'show'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--state file:DIR/)
  })
})

describe('connector state history', () => {
  it('lists what each run left', async () => {
    await runs(two)
    const { stdout } = await state('history')
    expect(stdout.split('\n')).toEqual([
      '       2  2026-01-02T03:04:05.000Z  run-2  2 streams, 1 changed',
      '       1  2026-01-02T03:04:05.000Z  run-1  2 streams',
      '',
    ])
  })
})

describe('connector state diff', () => {
  it('prints what the last run changed', async () => {
    await runs(two)
    const { stdout } = await state('diff')
    expect(stdout).toBe('version 1 → 2: 1 changed\n- posts__1  {"created_time":"2026-01-01"}\n+ posts__1  {"created_time":"2026-02-01"}\n')
  })

  it('takes versions, and nothing for the one before the first', async () => {
    await runs(two)
    expect((await state('diff', '--to', '1')).stdout).toMatch(/^version 0 → 1: 2 changed\n\+ posts__1/)
    expect((await state('diff', '--from', '2', '--to', '2')).stdout).toBe('version 2 → 2: 0 changed\n')
  })
})

describe('connector state reset', () => {
  it('forgets the streams named and keeps the rest', async () => {
    await runs(two)
    const { code, stderr } = await state('reset', '--stream', 'posts__1')
    expect([code, stderr]).toEqual([0, 'reset 1 streams, 1 keep their state; version 2 stays in the history\n'])
    expect((await registry().show('acme'))?.streams).toEqual({ posts__2: { created_time: '2026-01-01' } })
    expect((await registry().history('acme')).map(({ version }) => version)).toEqual([3, 2, 1])
  })

  it('is refused while a run holds the state', async () => {
    await runs(two)
    const lease = await fileStateRegistry(folder, { clock: systemClock }).acquire('acme', facebook, 'run-9')
    const { code, stderr } = await state('reset')
    expect(code).toBe(1)
    expect(stderr).toMatch(/in use by run run-9/)
    await lease.release()
  })
})

describe('connector state export and import', () => {
  it('moves a state to another connection by way of Airbyte', async () => {
    await runs(two)
    const { stdout } = await state('export')
    expect(JSON.parse(stdout)[0]).toEqual({
      type: 'STREAM',
      stream: { stream_descriptor: { name: 'posts__1' }, stream_state: { created_time: '2026-02-01' } },
    })
    const file = join(temporaryFolder(), 'state.json')
    writeFileSync(file, stdout)
    const { code, stderr } = await state('import', 'facebook_pages', '--connection', 'copy', '--input', file)
    expect([code, stderr]).toEqual([0, 'imported the state of 2 streams into connection copy\n'])
    expect(await registry().show('copy')).toMatchObject({ connector: facebook, streams: (await registry().show('acme'))?.streams })
  })

  it('goes back to an earlier version', async () => {
    await runs(two)
    const file = join(temporaryFolder(), 'state.json')
    writeFileSync(file, (await state('export', '--at', '1', '--format', 'singer')).stdout)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ bookmarks: two[0] })
    await state('import', '--input', file, '--replace')
    expect((await registry().show('acme'))?.streams).toEqual(two[0])
  })

  it('keeps the state of streams that the input lacks, unless it may replace them', async () => {
    await runs(two)
    const file = join(temporaryFolder(), 'state.json')
    writeFileSync(file, '{"posts__3":{"created_time":"2026-03-01"}}')
    await state('import', '--input', file)
    expect(Object.keys((await registry().show('acme'))?.streams ?? {})).toEqual(['posts__1', 'posts__2', 'posts__3'])
    await state('import', '--input', file, '--replace')
    expect(Object.keys((await registry().show('acme'))?.streams ?? {})).toEqual(['posts__3'])
  })

  it('refuses to put the state of one connector into the connection of another', async () => {
    await runs(two, 'acme', 'conn::other')
    const file = join(temporaryFolder(), 'state.json')
    writeFileSync(file, '{"a":{}}')
    const { code, stderr } = await state('import', 'facebook_pages', '--connection', 'acme', '--input', file)
    expect(code).toBe(2)
    expect(stderr).toMatch(/belongs to connector conn::other/)
  })
})
