import { describe, expect, it } from 'vitest'
import { metaComponents } from '../../../connectors/meta/components.ts'
import { buildComponent } from '../../../framework/manifest/definition/build.ts'
import { testContext } from '../../framework/build.ts'

describe('metaComponents', () => {
  const examples = metaComponents.flatMap((component) => component.examples.map((example) => ({ component, example })))

  it.each(examples)('$component.type: $example.title', ({ component, example }) => {
    const context = testContext({ components: metaComponents, config: { access_token: 'user-token' }, roots: ['account'] })
    expect(buildComponent(component.family, example.manifest, context)).toBeDefined()
  })

  it('has an example of each', () => {
    expect(metaComponents.filter(({ examples: own }) => own.length === 0).map(({ type }) => type)).toEqual([])
  })
})
