import { describe, expect, it } from 'vitest'
import { PageGuard } from '../../../../framework/components/retrievers/page-guard.ts'
import { responseOf } from '../check-vectors.ts'

/** Pages until the guard objects. */
function pagesUntilLoop(tokenOf: (page: number) => string, limit: number): number | undefined {
  const guard = new PageGuard({ stream: 's', slice: {} })
  for (let page = 1; page <= limit; page++) {
    try {
      guard.check(tokenOf(page), { response: responseOf({ json: [page] }), rows: 1 })
    } catch {
      return page
    }
  }
  return undefined
}

describe('PageGuard', () => {
  it('finds a short cycle at its first repetition', () => {
    expect(pagesUntilLoop((page) => `t${page % 1000}`, 5000)).toBe(1001)
  })

  it('finds a cycle that is longer than its memory', () => {
    const length = 6000
    expect(pagesUntilLoop((page) => `t${page % length}`, 4 * length)).toBeLessThan(3 * length)
  })

  it('lets many different tokens pass', () => {
    expect(pagesUntilLoop((page) => `t${page}`, 20_000)).toBeUndefined()
  })

  it('does not print the token', () => {
    const guard = new PageGuard({ stream: 's', slice: {} })
    const page = { response: responseOf({}), rows: 0 }
    guard.check('sandbox-secret-token', page)
    expect(() => guard.check('sandbox-secret-token', page)).toThrow(/^(?!.*sandbox-secret-token)/)
  })
})
