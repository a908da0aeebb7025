import { describe, expect, it } from 'vitest'
import { components } from '../../../framework/components/index.ts'
import { buildComponent } from '../../../framework/manifest/definition/build.ts'
import { testContext } from '../build.ts'

const examples = components.flatMap((component) => component.examples.map((example) => ({ component, type: component.type, ...example })))

describe('components', () => {
  it.each(components)('$type has an example', ({ examples: own }) => {
    expect(own.length).toBeGreaterThan(0)
  })

  it.each(examples)('$type: the example "$title" builds', ({ component, manifest, config = {} }) => {
    const context = testContext({ config })
    buildComponent(component.family, manifest, context)
    expect(context.observed.warnings).toEqual([])
  })

  it.each(components)('$type describes every field', ({ fields }) => {
    const silent = Object.entries(fields).filter(([, field]) => typeof field.schema['description'] !== 'string')
    expect(silent.map(([name]) => name)).toEqual([])
  })
})
