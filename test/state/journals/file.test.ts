import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileJournal } from '../../../state/journals/file.ts'
import { actionRecord, testActionJournal } from '../../conformance/action-journal.ts'
import { fakeClock } from '../../conformance/fake-clock.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connector-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

testActionJournal('file:', async () => ({ connect: (clock) => fileJournal(folder, { clock }), destroy: async () => undefined }))

describe('fileJournal', () => {
  it.each(['', '{"key":', '{}', '[]'])('never takes a broken entry (%j) for none', async (text) => {
    writeFileSync(join(folder, 'k.json'), text)
    const journal = await fileJournal(folder, { clock: fakeClock() })
    await expect(journal.claim('k')).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNREADABLE' })
    await expect(journal.list()).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNREADABLE' })
    rmSync(join(folder, 'k.json'))
    await (await journal.claim('k')).release()
  })

  it('refuses what a newer version wrote', async () => {
    writeFileSync(join(folder, 'k.json'), JSON.stringify({ format: 2 }))
    await expect((await fileJournal(folder, { clock: fakeClock() })).show('k')).rejects.toMatchObject({ code: 'ERR_JOURNAL_FORMAT_NEWER' })
  })

  it('is for its owner only, and leaves nothing half written behind', async () => {
    const journal = await fileJournal(folder, { clock: fakeClock() })
    const claim = await journal.claim('k')
    await claim.write(actionRecord('k'))
    await claim.release()
    expect(statSync(join(folder, 'k.json')).mode & 0o077).toBe(0)
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp') || name.endsWith('.lock'))).toEqual([])
  })
})
