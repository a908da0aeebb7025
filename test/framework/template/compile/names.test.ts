import { describe, expect, it } from 'vitest'
import { Names } from '../../../../framework/template/compile/names.ts'
import { native } from '../evaluate.ts'

describe('Names', () => {
  it('finds the innermost variable first and knows what may come from outside', () => {
    const names = new Names()
    expect(names.resolve('x')).toEqual({ slots: [], external: true })
    const outer = names.declare('x')
    const { result, slots } = names.scoped(() => {
      const inner = names.declare('x')
      return { inner, resolution: names.resolve('x') }
    })
    expect(result.resolution).toEqual({ slots: [result.inner, outer], external: false })
    expect(slots).toEqual([result.inner])
    expect(names.resolve('x')).toEqual({ slots: [outer], external: false })
  })

  it('does not count on what only a branch assigns', () => {
    const names = new Names()
    names.branches([() => names.declare('x'), () => names.declare('x')])
    expect(names.resolve('x')).toEqual({ slots: [0], external: true })
  })
})

describe('scopes', () => {
  it.each([
    ['{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }},{% endfor %}{{ x }}', '2,3,1'],
    ['{% for i in [1, 2] %}{% if loop.first %}{% set q = i %}{% endif %}{{ q }};{% endfor %}', '1;;'],
    ['{% set q = 9 %}{% for i in [1, 2] %}{% if loop.first %}{% set q = i %}{% endif %}{{ q }};{% endfor %}{{ q }}', '1;9;9'],
    ['{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', '3'],
    ['{% with a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}{% endwith %}', '211'],
    ['{% for i in [1] %}{% for j in [1, 2] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}', '121'],
    ['{% set max = 5 %}{{ max ~ "" }}', '5'],
  ])('of %s', (source, text) => {
    expect(native(source)).toBe(text)
  })
})
