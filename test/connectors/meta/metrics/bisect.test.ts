import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bisect, type Rejection } from '../../../../connectors/meta/metrics/bisect.ts'

class Refused extends Error {
  readonly refusal: Rejection
  constructor(refusal: Rejection) {
    super(refusal)
    this.refusal = refusal
  }
}

/** An API that refuses every call with one of the bad names in it. */
function api(bad: ReadonlySet<string>, refusal: Rejection = 'name') {
  const calls: (readonly string[])[] = []
  const ask = async (names: readonly string[]) => {
    calls.push(names)
    if (names.some((name) => bad.has(name))) throw new Refused(refusal)
    return names
  }
  const judge = (error: unknown) => (error instanceof Refused ? error.refusal : undefined)
  return { calls, ask, judge }
}

const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`)
const steps = (count: number) => Math.ceil(Math.log2(count)) + 1

describe('bisect', () => {
  it('asks once when nothing is refused', async () => {
    const { ask, judge, calls } = api(new Set())
    const result = await bisect({ names: namesOf(33), ask, judge })
    expect(result.answers.flat()).toEqual(namesOf(33))
    expect(calls).toHaveLength(1)
  })

  it.each([2, 3, 8, 33, 50])('finds one offending metric among %i names within ⌈log2 n⌉ + 1 calls more, wherever it is', async (count) => {
    for (const offendingMetric of namesOf(count)) {
      const { ask, judge, calls } = api(new Set([offendingMetric]))
      const result = await bisect({ names: namesOf(count), ask, judge })
      expect(result.refused.map(({ name }) => name)).toEqual([offendingMetric])
      expect(result.answers.flat().sort()).toEqual(
        namesOf(count)
          .filter((name) => name !== offendingMetric)
          .sort(),
      )
      expect(calls.length - 1).toBeLessThanOrEqual(steps(count))
    }
  })

  it('answers every good name once and refuses every bad one, whatever the mixture', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(39), { maxLength: 6 }), async (count, picks) => {
        const names = namesOf(count)
        const bad = new Set(picks.filter((pick) => pick < count).map((pick) => `m${pick}`))
        const { ask, judge, calls } = api(bad)
        const result = await bisect({ names, ask, judge })
        expect(result.answers.flat().sort()).toEqual(names.filter((name) => !bad.has(name)).sort())
        expect(result.refused.map(({ name }) => name).sort()).toEqual([...bad].sort())
        expect(calls.length - 1).toBeLessThanOrEqual(bad.size * steps(Math.max(count, 2)))
      }),
    )
  })

  it('starts from a failure that is known already', async () => {
    const { ask, judge, calls } = api(new Set(['m1']))
    const names = namesOf(4)
    const result = await bisect({ names, ask, judge, failed: new Refused('name') })
    expect(result.refused.map(({ name }) => name)).toEqual(['m1'])
    expect(calls).not.toContainEqual(names)
  })

  it('throws when the reason is unclear and neither end of the list is answered', async () => {
    const { ask, judge, calls } = api(new Set(namesOf(33)), 'unclear')
    await expect(bisect({ names: namesOf(33), ask, judge })).rejects.toThrow('unclear')
    expect(calls.length).toBeLessThanOrEqual(steps(33) + 2)
  })

  it('continues when an unclear reason turns out to concern the first name only', async () => {
    const { ask, judge } = api(new Set(['m0']), 'unclear')
    const result = await bisect({ names: namesOf(9), ask, judge })
    expect(result.refused.map(({ name }) => name)).toEqual(['m0'])
    expect(result.answers.flat().sort()).toEqual(namesOf(9).slice(1))
  })

  it('halves until the size passes, and blames nobody', async () => {
    const ask = async (names: readonly string[]) => {
      if (names.length > 3) throw new Refused('size')
      return names
    }
    const result = await bisect({ names: namesOf(10), ask, judge: (error) => (error instanceof Refused ? error.refusal : undefined) })
    expect(result.refused).toEqual([])
    expect(result.answers.flat()).toEqual(namesOf(10))
  })

  it('throws an error that has nothing to do with the names at once', async () => {
    let calls = 0
    const ask = async () => {
      calls += 1
      throw new Error('down')
    }
    await expect(bisect({ names: namesOf(8), ask, judge: () => undefined })).rejects.toThrow('down')
    expect(calls).toBe(1)
  })
})
