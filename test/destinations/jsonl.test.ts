import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JsonlFolder } from '../../destinations/jsonl.ts'
import { type ConnectionState, type Files, fileNameOf, type Item, type Row } from '../../framework/index.ts'
import { from, type Place, runOf, testDestination } from '../conformance/destination.ts'
import { failingFiles, Killed, type KilledFiles, killedAfter } from '../conformance/faulty-files.ts'
import { page, state, status, streamInfo } from '../conformance/items.ts'
import { testWriteModes } from '../conformance/write-modes.ts'

const pathOf = (directory: string, stream: string) => join(directory, `${fileNameOf(stream)}.jsonl`)

function rowsOf(directory: string, stream: string): Row[] {
  const lines = readFileSync(pathOf(directory, stream), 'utf8').split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => {
    const { _synced_at, _run_id, ...row } = JSON.parse(line)
    return row
  })
}

async function createPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'jsonl-'))
  return {
    open: (committed) => new JsonlFolder(directory, committed ? { committed } : {}),
    rows: async (stream) => rowsOf(directory, stream),
    destroy: () => rm(directory, { recursive: true }),
  }
}
testDestination('jsonl:', createPlace)
testWriteModes('jsonl:', createPlace, ['append', 'replace'])

describe('JsonlFolder', () => {
  const posts = streamInfo('posts')
  const pages = streamInfo('pages')
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'jsonl-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  interface RunOptions {
    readonly committed?: ConnectionState
    readonly files?: Files
    readonly commit?: (item: Item) => void
    readonly runId?: string
  }

  async function run(items: readonly Item[], { commit = () => undefined, runId = 'run-1', ...options }: RunOptions = {}) {
    const destination = new JsonlFolder(directory, options)
    await destination.open(runOf([posts, pages], runId))
    try {
      for await (const item of destination.write(from(items))) commit(item)
    } finally {
      await destination.close()
    }
    return destination.report()
  }

  it('adds when and in which run a row was read', async () => {
    const report = await run([page(posts, [{ id: '1' }, { _run_id: 'fake', id: '2' }]), state('posts', { at: 1 })])
    expect(readFileSync(join(directory, 'posts.jsonl'), 'utf8')).toBe(
      '{"id":"1","_synced_at":"2026-01-02T03:04:05.006Z","_run_id":"run-1"}\n{"id":"2","_synced_at":"2026-01-02T03:04:05.006Z","_run_id":"run-1"}\n',
    )
    expect(report.places).toEqual([join(directory, 'posts.jsonl')])
  })

  it('appends to what earlier runs left', async () => {
    await run([page(posts, [{ id: '1' }]), state('posts', { at: 1 })])
    await run([page(posts, [{ id: '2' }]), state('posts', { at: 2 })], { runId: 'run-2' })
    expect(rowsOf(directory, 'posts')).toEqual([{ id: '1' }, { id: '2' }])
  })

  it('cuts off rows without a state, torn ones too', async () => {
    await run([page(posts, [{ id: '1' }]), state('posts', { at: 1 }), page(posts, [{ id: '2' }])])
    appendFileSync(join(directory, 'posts.jsonl'), '{"id":"torn')
    await run([])
    expect(rowsOf(directory, 'posts')).toEqual([{ id: '1' }])
  })

  it('keeps the rows of a stream that ended well without a state', async () => {
    await run([page(posts, [{ id: '1' }]), status('posts', 'COMPLETE'), page(pages, [{ id: 'p' }]), status('pages', 'INCOMPLETE')])
    await run([])
    expect(rowsOf(directory, 'posts')).toEqual([{ id: '1' }])
    expect(rowsOf(directory, 'pages')).toEqual([])
  })

  it.each([
    ['keeps', { 'posts@refresh': { at: 1 } }, [{ id: '1' }]],
    ['cuts off', {}, []],
  ])('%s the rows of a refresh by the state that the registry has of it', async (_what, refresh, expected) => {
    const committed = { posts: { at: 9 } }
    const destination = new JsonlFolder(directory, { committed })
    await destination.open(runOf([posts]))
    const progress = { ...state('posts', { at: 1 }), stateKey: 'posts@refresh' } as Item
    // Nobody asks for more after the state: it is not known whether it was committed.
    for await (const item of destination.write(from([page(posts, [{ id: '1' }]), progress]))) if (item === progress) break
    await destination.close()
    await run([], { committed: { ...committed, ...refresh } })
    expect(rowsOf(directory, 'posts')).toEqual(expected)
  })

  it('starts afresh where a person took the file away', async () => {
    await run([page(posts, [{ id: '1' }]), state('posts', { at: 1 })])
    rmSync(join(directory, 'posts.jsonl'))
    await run([page(posts, [{ id: '2' }]), state('posts', { at: 2 })])
    expect(rowsOf(directory, 'posts')).toEqual([{ id: '2' }])
  })

  it.each([
    ['cut in the middle', '{"id":"1"}\n'],
    ['cut within a line', '{"id"'],
    ['emptied', ''],
  ])('refuses a file that was %s after it was committed', async (_how, left) => {
    await run([page(posts, [{ id: '1' }, { id: '2' }]), state('posts', { at: 1 })])
    const path = join(directory, 'posts.jsonl')
    const bytes = statSync(path).size
    writeFileSync(path, left)
    const again = run([page(posts, [{ id: '3' }]), state('posts', { at: 2 })])
    await expect(again).rejects.toMatchObject({ code: 'ERR_OUTPUT_JOURNAL', failureType: 'config_error' })
    await expect(again).rejects.toThrow(`${path} has ${left.length} bytes, but ${bytes} bytes of it are committed`)
    expect(readFileSync(path, 'utf8')).toBe(left)
  })

  it('keeps files and folder from other users of the machine, and leaves those of earlier versions as they are', async () => {
    const folder = join(directory, 'new')
    writeFileSync(join(directory, 'posts.jsonl'), '{"id":"0"}\n', { mode: 0o644 })
    await run([page(posts, [{ id: '1' }]), state('posts', { at: 1 })])
    const mode = (path: string) => statSync(path).mode & 0o777
    expect([mode(join(directory, 'posts.jsonl')), mode(join(directory, '.commits.jsonl'))]).toEqual([0o644, 0o600])
    const fresh = new JsonlFolder(folder)
    await fresh.open(runOf([posts]))
    for await (const _ of fresh.write(from([page(posts, [{ id: '1' }]), state('posts', { at: 1 })])));
    await fresh.close()
    expect([folder, join(folder, 'posts.jsonl'), join(folder, '.commits.jsonl')].map(mode)).toEqual([0o700, 0o600, 0o600])
  })

  it('keeps the complete lines of a file that it does not know', async () => {
    writeFileSync(join(directory, 'posts.jsonl'), '{"id":"0"}\n{"id":"to')
    await run([page(posts, [{ id: '1' }]), state('posts', { at: 1 })])
    expect(rowsOf(directory, 'posts')).toEqual([{ id: '0' }, { id: '1' }])
  })

  it.each(['posts.jsonl', '.commits.jsonl'])('refuses a link in the place of %s', async (name) => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'))
    writeFileSync(join(outside, 'target'), 'precious')
    symlinkSync(join(outside, 'target'), join(directory, name))
    await expect(run([page(posts, [{ id: '1' }])])).rejects.toMatchObject({ name: 'ConfigError', code: 'ERR_OUTPUT_UNSAFE' })
    expect(readFileSync(join(outside, 'target'), 'utf8')).toBe('precious')
    await rm(outside, { recursive: true })
  })

  it('refuses a folder in the place of a file', async () => {
    mkdirSync(join(directory, 'posts.jsonl'))
    await expect(run([page(posts, [{ id: '1' }])])).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNSAFE' })
  })

  it('keeps every odd stream name inside its folder', async () => {
    const names = ['../../x', '/etc/passwd', 'CON', 'nul', 'a/b', '..', '.', '', 'x'.repeat(300), 'a\u0000b', '.commits']
    await run(names.flatMap((name) => [page(streamInfo(name), [{ id: name }]), state(name, { at: 1 })]))
    expect(readdirSync(directory)).toHaveLength(names.length + 1)
    for (const name of names) expect(rowsOf(directory, name)).toEqual([{ id: name }])
  })

  it('writes more streams than files may be open', async () => {
    const streams = Array.from({ length: 200 }, (_, index) => streamInfo(`posts__${index}`))
    const round = (id: string) => streams.map((stream) => page(stream, [{ id }]))
    await run([...round('1'), ...round('2'), ...streams.map(({ name }) => state(name, { at: 2 }))])
    for (const { name } of streams) expect(rowsOf(directory, name)).toEqual([{ id: '1' }, { id: '2' }])
  })

  it('notices another writer of the same folder', async () => {
    const first = new JsonlFolder(directory)
    await first.open(runOf([posts]))
    const taken = first.write(from([page(posts, [{ id: '1' }]), state('posts', { at: 1 })]))[Symbol.asyncIterator]()
    await taken.next()
    await run([page(posts, [{ id: 'other' }]), state('posts', { at: 1 })])
    await expect(taken.next()).rejects.toMatchObject({ code: 'ERR_OUTPUT_SHARED' })
    await first.close().catch(() => undefined)
  })

  it('refuses a damaged journal rather than guessing', async () => {
    writeFileSync(join(directory, '.commits.jsonl'), '{"stream":"posts"}\n')
    await expect(run([])).rejects.toMatchObject({ name: 'ConfigError', code: 'ERR_OUTPUT_JOURNAL' })
  })

  it.each([
    ['appendFile', 'ENOSPC'],
    ['sync', 'EIO'],
  ] as const)('hands on no state when %s fails with %s', async (operation, code) => {
    let broken = false
    const accepted: string[] = []
    const failed = run([page(posts, [{ id: '1' }]), state('posts', { at: 1 }), page(posts, [{ id: '2' }]), state('posts', { at: 2 })], {
      files: failingFiles(operation, code, () => broken),
      commit: (item) => {
        accepted.push(item.type)
        broken = accepted.length >= 2
      },
    })
    await expect(failed).rejects.toMatchObject({ code: 'ERR_OUTPUT_FAILED', context: { stream: 'posts' } })
    expect(accepted.slice(0, 2)).toEqual(['page', 'message'])
    expect(accepted.filter((type) => type === 'message')).toHaveLength(1)
    await run([])
    expect(rowsOf(directory, 'posts')).toEqual([{ id: '1' }])
  })

  describe('with a registry, after kills', () => {
    /** A source of two streams that resumes behind the page its state names. */
    const streams = [posts, pages]
    function* source(from: ConnectionState): Generator<Item> {
      for (let number = 1; number <= 6; number++) {
        for (const stream of streams) {
          const done = Number(from[stream.name]?.['page'] ?? 0)
          if (number <= done) continue
          yield page(stream, [{ id: `${stream.name} ${number}` }])
          if (number % 2 === 0) yield state(stream.name, { page: number })
        }
      }
      for (const { name } of streams) yield status(name, 'COMPLETE')
    }
    const golden = (stream: string) => [1, 2, 3, 4, 5, 6].map((number) => ({ id: `${stream} ${number}` }))

    /** A run against a registry that forgets nothing; the process may be killed before or after any of its commits too. */
    async function attempt(registry: Map<string, Record<string, unknown>>, process: KilledFiles): Promise<void> {
      const committed = Object.fromEntries(registry)
      const commit = (item: Item) => {
        if (item.type !== 'message' || item.message.type !== 'STATE') return
        process.step()
        const { stream_descriptor, stream_state } = item.message.state.stream
        registry.set(stream_descriptor.name, stream_state)
        process.step()
      }
      await run([...source(committed)], { committed, commit, files: process.files }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error
      })
      await process.reap()
    }

    it.each([1, 3])('has exactly the rows of an undisturbed run, killed at every operation up to %i times in a row', async (times) => {
      let survives = 0
      for (let killed = true; killed; survives++) {
        rmSync(directory, { recursive: true })
        const registry = new Map<string, Record<string, unknown>>()
        const kills = Array.from({ length: times }, (_, index) => (index === 0 ? survives : (survives * 7 + index * 13) % 60))
        for (const [index, operations] of kills.entries()) {
          const process = killedAfter(operations)
          await attempt(registry, process)
          if (index === 0) killed = process.killed()
        }
        await attempt(registry, killedAfter(Number.POSITIVE_INFINITY))
        for (const { name } of streams) expect({ survives, rows: rowsOf(directory, name) }).toEqual({ survives, rows: golden(name) })
      }
      expect(survives).toBeGreaterThan(60)
    })
  })
})
