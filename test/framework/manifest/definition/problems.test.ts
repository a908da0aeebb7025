import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../../framework/errors.ts'
import { gatherProblems, singleErrors } from '../../../../framework/manifest/definition/problems.ts'

const error = (message: string, code = 'ERR_A') => new ConfigError(code, message)
const fail = (thrown: unknown) => () => {
  throw thrown
}

describe('gatherProblems', () => {
  it('does nothing without errors', () => {
    const problems = gatherProblems()
    expect(problems.attempt(() => 5)).toBe(5)
    expect(() => problems.throwAny()).not.toThrow()
  })

  it('throws a single error as it is', () => {
    const problems = gatherProblems()
    const only = error('one')
    expect(problems.attempt(fail(only))).toBeUndefined()
    expect(() => problems.throwAny()).toThrow(only)
  })

  it('lists several errors, also those of lists inside', () => {
    const inner = gatherProblems()
    inner.add(error('two'))
    inner.add(error('three', 'ERR_B'))
    const outer = gatherProblems()
    outer.add(error('one'))
    outer.attempt(() => inner.throwAny())
    expect(outer.errors.map(({ message }) => message)).toEqual(['one', 'two', 'three'])
    expect(() => outer.throwAny()).toThrow(
      expect.objectContaining({ code: 'ERR_MANIFEST_INVALID', message: '3 errors:\n- one\n- two\n- three' }),
    )
  })

  it('lets bugs through', () => {
    expect(() => gatherProblems().attempt(fail(new TypeError('bug')))).toThrow(TypeError)
  })
})

describe('singleErrors', () => {
  it('takes an error with another cause for itself', () => {
    const wrapped = new ConfigError('ERR_A', 'outer', { cause: error('inner') })
    expect(singleErrors(wrapped)).toEqual([wrapped])
  })
})
