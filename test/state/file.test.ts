import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '../../framework/index.ts'
import { fileStateRegistry } from '../../state/file.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
import { failingFiles, Killed, killedAfter } from '../conformance/faulty-files.ts'
import { testStateRegistry } from '../conformance/state-registry.ts'

testStateRegistry('file:', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'state-'))
  return {
    connect: async (clock) => fileStateRegistry(join(directory, 'states'), { clock }),
    destroy: () => rm(directory, { recursive: true }),
  }
})

describe('fileStateRegistry', () => {
  const clock = fakeClock()
  let directory: string
  const registry = (files?: Files) => fileStateRegistry(directory, { clock, ...(files ? { files } : {}) })
  const acquire = (run = 'run-1', files?: Files) => registry(files).acquire('acme', 'conn::test', run)
  const stateFile = () => join(directory, 'acme.json')

  async function commit(run: string, at: number, files?: Files): Promise<void> {
    const lease = await acquire(run, files)
    try {
      await lease.load()
      await lease.commit({ posts: { at } })
    } finally {
      await lease.release()
    }
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'state-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('writes JSON that a person can read, one stream per line', async () => {
    const lease = await acquire()
    await lease.commit({ posts: { at: 1 }, pages: { at: 2 } })
    await lease.release()
    expect(readFileSync(stateFile(), 'utf8')).toBe(`{
  "format": "connector-state",
  "format_version": 1,
  "connection": "acme",
  "connector": "conn::test",
  "version": 1,
  "committed_at": "2026-01-02T03:04:05.000Z",
  "run_id": "run-1",
  "streams": {
    "posts": {"at":1},
    "pages": {"at":2}
  }
}
`)
  })

  it.each([
    ['empty', ''],
    ['cut off', '{"format":"connector-state","format_version":1,"connection":"acme","str'],
    ['another JSON', '[]'],
    ['another file', '{"name":"package"}'],
    [
      'without streams',
      '{"format":"connector-state","format_version":1,"connection":"acme","connector":"c","version":1,"committed_at":"","run_id":""}',
    ],
    [
      'with a wrong version',
      '{"format":"connector-state","format_version":1,"connection":"acme","connector":"c","version":"1","committed_at":"","run_id":"","streams":{}}',
    ],
    [
      'with a wrong state',
      '{"format":"connector-state","format_version":1,"connection":"acme","connector":"c","version":1,"committed_at":"","run_id":"","streams":{"a":1}}',
    ],
    ['of format 0', '{"format":"connector-state","format_version":0,"streams":{}}'],
  ])('refuses a file that is %s, and keeps it', async (_kind, content) => {
    writeFileSync(stateFile(), content)
    const lease = await acquire()
    await expect(lease.load()).rejects.toMatchObject({ name: 'ConfigError', code: 'ERR_STATE_UNREADABLE' })
    await expect(lease.load()).rejects.toThrow(stateFile())
    await expect(lease.commit({ a: {} })).rejects.toMatchObject({ code: 'ERR_STATE_UNREADABLE' })
    await expect(registry().show('acme')).rejects.toMatchObject({ code: 'ERR_STATE_UNREADABLE' })
    await lease.release()
    expect(readFileSync(stateFile(), 'utf8')).toBe(content)
  })

  it('refuses a file of a newer format', async () => {
    writeFileSync(stateFile(), '{"format":"connector-state","format_version":2,"streams":{}}')
    await expect(registry().show('acme')).rejects.toMatchObject({ name: 'ConfigError', code: 'ERR_STATE_FORMAT_NEWER' })
  })

  it.each([
    ['appendFile', 'ENOSPC'],
    ['sync', 'EIO'],
    ['open', 'EROFS'],
    ['rename', 'EIO'],
  ] as const)('keeps the old state when %s fails with %s', async (operation, code) => {
    await commit('run-1', 1)
    let broken = false
    const lease = await acquire(
      'run-2',
      failingFiles(operation, code, () => broken),
    )
    await lease.load()
    broken = true
    await expect(lease.commit({ posts: { at: 2 } })).rejects.toMatchObject({
      code: 'ERR_STATE_STORAGE',
      failureType: 'system_error',
      // Where, why, and what to do about it.
      message: expect.stringMatching(new RegExp(`acme\\.json could not be .*${code}.*(room|check|writable)`)),
    })
    expect((await registry().show('acme'))?.streams).toEqual({ posts: { at: 1 } })
    broken = false
    await lease.commit({ pages: { at: 3 } })
    await lease.release()
    expect((await registry().show('acme'))?.streams).toEqual({ posts: { at: 1 }, pages: { at: 3 } })
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('has the old state or the new one after a kill at any operation', async () => {
    let survives = 0
    for (let killed = true; killed; survives++) {
      await rm(directory, { recursive: true })
      await commit('run-0', 0)
      const process = killedAfter(survives)
      const outcome = await commit('run-1', 1, process.files).catch((error: unknown) => error)
      await process.reap()
      killed = process.killed()
      if (killed) expect(outcome).toBeInstanceOf(Killed)
      const found = await registry().show('acme')
      expect([0, 1]).toContain(found?.streams['posts']?.['at'])
      clock.advance(60 * 60_000)
      await commit('run-2', 2)
      expect((await registry().show('acme'))?.streams).toEqual({ posts: { at: 2 } })
      expect((await registry().history('acme')).map(({ streams }) => streams['posts']?.['at'])).toEqual(
        found?.version === 2 ? [2, 1, 0] : [2, 0],
      )
      expect(readdirSync(directory).filter((name) => name.startsWith('acme.json.'))).toEqual([])
    }
    expect(survives).toBeGreaterThan(30)
  })

  it('fences a holder whose file was changed by something else', async () => {
    const lease = await acquire()
    await lease.commit({ posts: { at: 1 } })
    writeFileSync(stateFile(), readFileSync(stateFile(), 'utf8').replace('"at":1', '"at":7'))
    await expect(lease.commit({ posts: { at: 2 } })).rejects.toMatchObject({ code: 'ERR_STATE_FENCED' })
    await lease.release()
    expect((await registry().show('acme'))?.streams).toEqual({ posts: { at: 7 } })
  })
})
