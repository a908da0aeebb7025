import { describe, expect, it } from 'vitest'
import { linkSignals } from '../../../../framework/http/attempt/signals.ts'

describe('linkSignals', () => {
  it('is the only one given', () => {
    const { signal } = new AbortController()
    expect(linkSignals(signal, undefined).signal).toBe(signal)
    expect(linkSignals(undefined, signal).signal).toBe(signal)
    expect(linkSignals(signal, signal).signal).toBe(signal)
    expect(linkSignals(undefined, undefined).signal).toBeUndefined()
  })

  it.each([0, 1])('aborts with the reason of signal %i', (index) => {
    const controllers = [new AbortController(), new AbortController()] as const
    const { signal } = linkSignals(controllers[0].signal, controllers[1].signal)
    expect(signal?.aborted).toBe(false)
    controllers[index === 0 ? 0 : 1].abort('why')
    expect(signal?.reason).toBe('why')
  })

  it('is aborted from the start when one of them is', () => {
    const { signal } = linkSignals(new AbortController().signal, AbortSignal.abort('early'))
    expect(signal?.reason).toBe('early')
  })

  it('lets go when unlinked', () => {
    const first = new AbortController()
    const link = linkSignals(first.signal, new AbortController().signal)
    link.unlink()
    first.abort()
    expect(link.signal?.aborted).toBe(false)
  })
})
