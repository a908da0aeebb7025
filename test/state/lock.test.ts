import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskFiles, ownProcess } from '../../framework/index.ts'
import { FileLock } from '../../state/lock.ts'
import { fakeClock } from '../conformance/fake-clock.ts'

describe('FileLock', () => {
  const clock = fakeClock()
  const minute = 60_000
  let directory: string
  const path = () => join(directory, 'acme.lock')
  const take = () =>
    FileLock.take({
      path: path(),
      lastLeasePath: join(directory, 'acme.last-lease'),
      connection: 'acme',
      runId: 'run-2',
      clock,
      staleAfter: 5 * minute,
      files: diskFiles,
    })

  /** A lock as another process would have left it. */
  function leave(content: string | object, minutesSilent: number): void {
    writeFileSync(path(), typeof content === 'string' ? content : JSON.stringify(content))
    const heartbeat = (clock.now() - minutesSilent * minute) / 1000
    utimesSync(path(), heartbeat, heartbeat)
  }
  const holder = (changes: object) => ({
    runId: 'run-1',
    host: hostname(),
    pid: 1,
    since: '2026-01-02T03:00:00.000Z',
    instance: 'another',
    space: ownProcess.space,
    token: 7,
    ...changes,
  })

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('takes over at once from a process of this host that is dead', async () => {
    leave(holder({ pid: spawnSync(process.execPath, ['-e', '']).pid }), 0)
    const lock = await take()
    expect(lock.token).toBe(8)
    await lock.release()
  })

  it('takes over at once from an earlier process with its own number, as after the restart of a container', async () => {
    leave(holder({ pid: process.pid }), 0)
    const lock = await take()
    await lock.release()
  })

  it.each([
    ['a living process of this host', holder({ pid: process.ppid }), 4, /run-1 \(process \d+ on .*\) since 2026-01-02T03:00:00.000Z/],
    ['a process of another host', holder({ host: 'elsewhere', space: 'another boot' }), 4, /on elsewhere/],
    ['a process of another container under the same host name', holder({ pid: 2 ** 22, space: `${ownProcess.space} 2` }), 4, /run-1/],
    ['a process of an earlier version, which said no more than its number', holder({ pid: 2 ** 22, space: undefined }), 4, /run-1/],
    ['a process that promised a sign of life every hour', holder({ pid: process.ppid, staleAfter: 60 * minute }), 59, /after 60 minutes/],
    ['a lock that cannot be read', '{"runId":', 4, /unknown process/],
  ])('refuses while %s may be alive', async (_who, content, silent, message) => {
    leave(content, silent)
    const refused = take()
    await expect(refused).rejects.toMatchObject({ code: 'ERR_STATE_LOCKED' })
    await expect(refused).rejects.toThrow(message)
  })

  it.each([
    ['a living process of this host', holder({ pid: process.ppid })],
    ['a process of another host', holder({ host: 'elsewhere', space: 'another boot' })],
    ['a lock that cannot be read', '{"runId":'],
    ['an empty lock', ''],
  ])('takes over from %s after five minutes of silence', async (_who, content) => {
    leave(content, 6)
    const lock = await take()
    expect(await lock.isHeld()).toBe(true)
    await lock.release()
  })

  it('takes over from a holder that promised a sign of life every ten seconds after eleven', async () => {
    leave(holder({ pid: process.ppid, staleAfter: 10_000 }), 11 / 60)
    const lock = await take()
    await lock.release()
  })

  it('is kept by heartbeats', async () => {
    const lock = await take()
    clock.advance(4 * minute)
    await lock.beat()
    clock.advance(4 * minute)
    await expect(take()).rejects.toMatchObject({ code: 'ERR_STATE_LOCKED' })
    await lock.release()
  })

  it('leaves nothing but the last lease', async () => {
    const lock = await take()
    await lock.release()
    expect(readdirSync(directory)).toEqual(['acme.last-lease'])
    expect(JSON.parse(readFileSync(join(directory, 'acme.last-lease'), 'utf8'))).toMatchObject({ runId: 'run-2', token: 1 })
  })
})
