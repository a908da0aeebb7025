import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isStateRegistryUrl, openStateRegistry } from '../../state/open.ts'
import { fakeClock } from '../conformance/fake-clock.ts'

describe('openStateRegistry', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'state-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('opens the same folder by path and by URL', async () => {
    const clock = fakeClock()
    const byPath = await openStateRegistry(`file:${directory}`, { clock })
    const lease = await byPath.acquire('acme', 'conn::test', 'run-1')
    await lease.commit({ posts: { at: 1 } })
    await lease.release()
    const byUrl = await openStateRegistry(pathToFileURL(directory).href, { clock })
    expect((await byUrl.show('acme'))?.streams).toEqual({ posts: { at: 1 } })
  })

  it.each(['fiel:states', 'gopher://host/x', 'constructor:x', 'nothing'])('refuses %s and lists what is known', async (url) => {
    const refused = openStateRegistry(url, { clock: fakeClock() })
    await expect(refused).rejects.toMatchObject({ name: 'ConfigError', code: 'ERR_STATE_URL' })
    await expect(refused).rejects.toThrow(/known: .*file/)
  })

  it('refuses a URL without a directory', async () => {
    await expect(openStateRegistry('file:', { clock: fakeClock() })).rejects.toMatchObject({ code: 'ERR_STATE_URL' })
  })
})

describe('isStateRegistryUrl', () => {
  it.each([
    ['file:states', true],
    ['postgres://host/db', true],
    ['s3://bucket/prefix', true],
    ['state.json', false],
    ['./a/b.json', false],
    ['/var/state.json', false],
    ['C:\\state.json', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isStateRegistryUrl(text)).toBe(expected)
  })
})
