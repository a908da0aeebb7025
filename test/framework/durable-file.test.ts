import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errnoOf, replaceFile } from '../../framework/durable-file.ts'
import { failingFiles, killedAfter } from '../conformance/faulty-files.ts'

describe('replaceFile', () => {
  let directory: string
  let path: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'durable-'))
    path = join(directory, 'file')
    writeFileSync(path, 'old')
  })
  afterEach(() => rm(directory, { recursive: true }))

  it.each([
    ['text', 'new'],
    ['bytes', Buffer.from('new')],
    ['pieces', ['n', 'ew']],
  ])('replaces the content by %s and leaves nothing else', async (_kind, content) => {
    await replaceFile(path, content)
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(readdirSync(directory)).toEqual(['file'])
  })

  it.each([
    ['open', 'EROFS'],
    ['appendFile', 'ENOSPC'],
    ['sync', 'EIO'],
    ['rename', 'EACCES'],
  ] as const)('keeps the old content and tidies up when %s fails', async (operation, code) => {
    const failure = await replaceFile(
      path,
      'new',
      failingFiles(operation, code, () => true),
    ).catch((error: unknown) => error)
    expect(errnoOf(failure)).toBe(code)
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(directory)).toEqual(['file'])
  })

  it('leaves the old content or the new one when it is killed at any operation', async () => {
    let survives = 0
    for (let killed = true; killed; survives++) {
      writeFileSync(path, 'old')
      const process = killedAfter(survives)
      await replaceFile(path, ['n', 'ew'], process.files).catch(() => undefined)
      await process.reap()
      killed = process.killed()
      expect(['old', 'new']).toContain(readFileSync(path, 'utf8'))
    }
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(survives).toBeGreaterThan(5)
  })
})
