import { describe, expect, it, onTestFinished } from 'vitest'
import { runSignal } from '../../framework/run-signal.ts'

describe('runSignal', () => {
  it('is aborted with the reason of whichever signal is aborted first', () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const signal = runSignal(first.signal, second.signal)
    second.abort('the second')
    first.abort('the first')
    expect(signal.reason).toBe('the second')
  })

  it('takes any number of listeners without a warning', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const signal = runSignal(new AbortController().signal)
    for (let listener = 0; listener < 50; listener++) signal.addEventListener('abort', () => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual([])
  })
})
