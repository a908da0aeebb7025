import { describe, expect, it } from 'vitest'
import { bind, signature } from '../../../../framework/template/python/functions.ts'

describe('bind', () => {
  const declared = signature('f', 'a b? c?')

  it('puts arguments in the order of the parameters', () => {
    expect(bind(declared, { positional: [1, 2], named: undefined })).toEqual([1, 2])
    expect(bind(declared, { positional: [1], named: { c: 3 } })).toEqual([1, undefined, 3])
    expect(bind(signature('g', 'a *rest'), { positional: [1, 2, 3], named: undefined })).toEqual([1, 2, 3])
    expect(bind(signature('h', 'a? **named'), { positional: [], named: { x: 1 } })).toEqual([undefined, { x: 1 }])
  })

  it.each([
    [{ positional: [], named: undefined }, "f() missing the argument 'a'"],
    [{ positional: [], named: { b: 1 } }, "f() missing the argument 'a'"],
    [{ positional: [1, 2, 3, 4], named: undefined }, 'takes 3 positional arguments but 4 were given'],
    [{ positional: [1], named: { a: 2 } }, "multiple values for argument 'a'"],
    [{ positional: [1], named: { x: 2 } }, "unexpected keyword argument 'x'"],
  ])('refuses %j as a TypeError', (args, message) => {
    expect(() => bind(declared, args)).toThrow(expect.objectContaining({ kind: 'TypeError', message: expect.stringContaining(message) }))
  })
})
