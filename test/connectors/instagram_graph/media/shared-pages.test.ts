import { describe, expect, it } from 'vitest'
import { SharedPages } from '../../../../connectors/instagram_graph/media/shared-pages.ts'

type Kind = 'one' | 'other'

/** Counts how often it is asked. */
function source(pages: number, failAt?: number) {
  const asked = { times: 0, ended: false }
  async function* generate() {
    try {
      for (let page = 0; page < pages; page++) {
        asked.times += 1
        if (page === failAt) throw new Error('broken')
        await Promise.resolve()
        yield page
      }
    } finally {
      asked.ended = true
    }
  }
  return { asked, pages: generate() }
}

async function drain(pages: AsyncIterable<number>): Promise<number[]> {
  const seen: number[] = []
  for await (const page of pages) seen.push(page)
  return seen
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('SharedPages', () => {
  it('gives every page to both readers and asks for it once', async () => {
    const { asked, pages } = source(30)
    const shared = new SharedPages<number, Kind>(pages, ['one', 'other'])
    const [one, other] = await Promise.all([drain(shared.read('one')), drain(shared.read('other'))])
    expect([one, other]).toEqual([numbers(30), numbers(30)])
    expect(asked.times).toBe(30)
    expect(shared.isOver).toBe(true)
  })

  it('keeps pages for a reader that comes when the first one is done', async () => {
    const { asked, pages } = source(30)
    const shared = new SharedPages<number, Kind>(pages, ['one', 'other'])
    expect(await drain(shared.read('one'))).toHaveLength(30)
    expect(shared.kept).toBe(30)
    expect(await drain(shared.read('other'))).toEqual(numbers(30))
    expect(asked.times).toBe(30)
  })

  it('keeps no more than it may: a reader that comes too late gets an error', async () => {
    const shared = new SharedPages<number, Kind>(source(300).pages, ['one', 'other'])
    expect(await drain(shared.read('one'))).toHaveLength(300)
    expect(shared.kept).toBe(0)
    expect(shared.offers('other')).toBe(false)
  })

  it('asks for the next page when both readers that have begun want it', async () => {
    const { asked, pages } = source(50)
    const shared = new SharedPages<number, Kind>(pages, ['one', 'other'])
    const slow = shared.read('other')
    await slow.next()
    const quick = shared.read('one')
    expect((await quick.next()).value).toBe(0)
    const blocked = quick.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked.times).toBe(1)
    const next = slow.next()
    expect([(await blocked).value, (await next).value]).toEqual([1, 1])
    expect(asked.times).toBe(2)
  })

  it('continues for one reader when the other leaves', async () => {
    const { asked, pages } = source(20)
    const shared = new SharedPages<number, Kind>(pages, ['one', 'other'])
    const leaving = shared.read('other')
    await leaving.next()
    const staying = drain(shared.read('one'))
    await leaving.return(undefined)
    expect(await staying).toEqual(numbers(20))
    expect(asked.ended).toBe(true)
  })

  it('ends the source when both leave', async () => {
    const { asked, pages } = source(20)
    const shared = new SharedPages<number, Kind>(pages, ['one'])
    const only = shared.read('one')
    await only.next()
    await only.return(undefined)
    expect(asked).toEqual({ times: 1, ended: true })
  })

  it('hands on what came before a failure, then throws it at both', async () => {
    const shared = new SharedPages<number, Kind>(source(9, 3).pages, ['one', 'other'])
    const [one, other] = [shared.read('one'), shared.read('other')]
    for (const reader of [one, other]) {
      expect([(await reader.next()).value, (await reader.next()).value, (await reader.next()).value]).toEqual([0, 1, 2])
      await expect(reader.next()).rejects.toThrow('broken')
    }
  })

  it('is read once by a kind', async () => {
    const shared = new SharedPages<number, Kind>(source(3).pages, ['one'])
    await shared.read('one').next()
    await expect(shared.read('one').next()).rejects.toThrow('taken')
    await expect(shared.read('other').next()).rejects.toThrow('taken')
  })
})
