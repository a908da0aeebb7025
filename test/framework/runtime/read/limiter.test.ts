import { describe, expect, it } from 'vitest'
import { AccountLimiter } from '../../../../framework/runtime/read/limiter.ts'

/** Work that ends when it is told to. */
function gate() {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

describe('AccountLimiter', () => {
  it('lets no more run than the bound', async () => {
    const limiter = new AccountLimiter(2)
    const gates = [gate(), gate(), gate()]
    const begun: number[] = []
    for (const [index, { opened }] of gates.entries()) {
      void limiter.slices('a').add(async () => {
        begun.push(index)
        await opened
      })
    }
    await soon()
    expect(begun).toEqual([0, 1])
    gates[0]?.open()
    await soon()
    expect(begun).toEqual([0, 1, 2])
  })

  it('does not count an account that waits, and begins nothing more when it continues', async () => {
    const limiter = new AccountLimiter(2)
    const begun: string[] = []
    const held = gate()
    const add = (account: string, until: Promise<void>) =>
      void limiter.slices(account).add(async () => {
        begun.push(account)
        await until
      })
    add('slow', held.opened)
    add('slow', held.opened)
    const [second, third] = [gate(), gate()]
    add('quick', second.opened)
    add('other', third.opened)
    add('last', Promise.resolve())
    await soon()
    expect(begun).toEqual(['slow', 'slow'])
    limiter.setWaiting('slow')
    await soon()
    expect(begun).toEqual(['slow', 'slow', 'quick', 'other'])
    limiter.setReady('slow')
    second.open()
    await soon()
    expect(begun).not.toContain('last')
    held.open()
    await soon()
    expect(begun).toContain('last')
    third.open()
  })

  it('begins with as few as it is given and doubles as work gets on', async () => {
    const limiter = new AccountLimiter(3, 1)
    const slices = limiter.slices('1')
    const begun: number[] = []
    const ends: (() => void)[] = []
    const works = [0, 1, 2, 3].map((index) =>
      slices.add(async () => {
        begun.push(index)
        await new Promise<void>((resolve) => ends.push(resolve))
      }),
    )
    expect(begun).toEqual([0])
    limiter.widen()
    expect(begun).toEqual([0, 1])
    limiter.widen()
    expect(begun).toEqual([0, 1, 2])
    limiter.widen()
    expect(begun).toEqual([0, 1, 2])
    for (const index of works.keys()) {
      ends[index]?.()
      await works[index]
    }
    expect(begun).toEqual([0, 1, 2, 3])
  })
})
