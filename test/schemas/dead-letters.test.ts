import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type DeadLetter, deadLetterFile } from '../../schemas/dead-letters.ts'
import { temporaryFolder } from '../cli/run.ts'
import { canMount, mountDisk } from '../kill/small-disk.ts'

const letter = (text: string): DeadLetter => ({
  ...{ stream: 'posts', verb: 'discard_row', aspect: 'columns', path: 'x', reason: 'a column too many', row: { text }, emitted_at: 1 },
})

describe('deadLetterFile', () => {
  it('makes no file for nothing', () => {
    const file = deadLetterFile(temporaryFolder(), 'acme', 'run-1')
    file.add([])
    expect(existsSync(file.path)).toBe(false)
  })

  it('adds lines, numbers of any length with all their digits', () => {
    const file = deadLetterFile(join(temporaryFolder(), 'deep'), 'acme', 'run-1')
    file.add([letter('one')])
    file.add([{ ...letter('two'), row: { id: 12345678901234567890n } }])
    const rows = readFileSync(file.path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).row)
    expect(rows).toEqual([{ text: 'one' }, { id: '12345678901234567890' }])
  })

  it.runIf(canMount())('leaves whole lines on a disk that is full, and says what to do', () => {
    const disk = mountDisk(join(temporaryFolder(), 'disk'))
    onTestFinished(() => disk.unmount())
    const file = deadLetterFile(disk.folder, 'acme', 'run-1')
    file.add([letter('small')])
    disk.resize(64)
    expect(() => file.add([letter('large'.repeat(20_000))])).toThrow(/cannot be kept in .*acme.*ENOSPC.*make room/)
    expect(
      readFileSync(file.path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).row.text),
    ).toEqual(['small'])
  })
})
