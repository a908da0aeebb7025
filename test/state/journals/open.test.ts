import { describe, expect, it } from 'vitest'
import { openJournal } from '../../../state/journals/open.ts'
import { fakeClock } from '../../conformance/fake-clock.ts'

const options = { clock: fakeClock() }

describe('openJournal', () => {
  it('opens a journal in memory', async () => {
    expect(await (await openJournal('memory:', options)).list()).toEqual([])
  })

  it.each(['s3://bucket/x', 'nothing', ''])('names what is known instead of %j', async (url) => {
    await expect(openJournal(url, options)).rejects.toThrow(/known: file, memory, postgres, postgresql \(file:DIR/)
  })

  it('wants a directory', async () => {
    await expect(openJournal('file:', options)).rejects.toMatchObject({ code: 'ERR_JOURNAL_URL' })
  })
})
