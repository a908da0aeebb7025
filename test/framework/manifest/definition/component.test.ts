import { describe, expect, it } from 'vitest'
import { type BuildContext, defineComponent, defineFamilyWith } from '../../../../framework/manifest/definition/component.ts'
import { testContext } from '../../build.ts'

interface Counter {
  count(): number
  readonly label: string
  reset(): string
}

const Counter = defineFamilyWith<Counter, 'label' | 'reset'>('Counter', {
  description: 'Counts.',
  defaults: { label: 'none', reset: () => 'nothing to reset' },
})

class Stepping {
  #count = 0
  count(): number {
    this.#count += 1
    return this.#count
  }
}

const build = (create: (values: object, context: BuildContext) => Stepping & Partial<Pick<Counter, 'label' | 'reset'>>): Counter =>
  defineComponent(Counter, { type: 'Stepping', summary: 'Counts on.', fields: {}, examples: [], create }).build({}, testContext())

describe('defineFamilyWith', () => {
  it('adds the members that a component leaves out, to instances of classes as well', () => {
    const counter = build(() => new Stepping())
    expect([counter.count(), counter.count(), counter.label, counter.reset()]).toEqual([1, 2, 'none', 'nothing to reset'])
  })

  it('keeps what a component says itself, those of its class included', () => {
    const counter = build(() =>
      Object.assign(
        new (class extends Stepping {
          reset = () => 'mine'
        })(),
        { label: 'own' },
      ),
    )
    expect([counter.label, counter.reset()]).toEqual(['own', 'mine'])
  })

  it('lets wrappers forward everything by spreading', () => {
    const plain = build(() => ({ count: () => 7 }) as Stepping)
    expect({ ...plain, label: 'wrapped' }).toMatchObject({ label: 'wrapped', reset: expect.any(Function) })
  })
})
