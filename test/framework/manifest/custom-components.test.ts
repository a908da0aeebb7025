import { describe, expect, it } from 'vitest'
import { RecordFilter } from '../../../framework/components/read/extractor.ts'
import { Transformation } from '../../../framework/components/read/transformation.ts'
import { customComponents } from '../../../framework/manifest/custom-components.ts'
import { buildComponent } from '../../../framework/manifest/definition/build.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../../framework/manifest/definition/language.ts'
import { loadManifest } from '../../../framework/manifest/manifest.ts'
import { testContext } from '../build.ts'

const custom = { type: 'CustomTransformation', class_name: 'source_x.components.Rename' }
const child = {
  partition_router: { type: 'SubstreamPartitionRouter', parent_stream_configs: [{ stream: { name: 'a', transformations: [custom] } }] },
}
const manifest = loadManifest({
  file: 'm.json',
  text: JSON.stringify({
    type: 'DeclarativeSource',
    check: { type: 'CustomCheck', class_name: 'source_x.Check' },
    streams: [
      { name: 'a', transformations: [custom, custom] },
      { name: 'b', retriever: child },
      // A record may have a field of that name.
      { name: 'c', schema_loader: { type: 'InlineSchemaLoader', schema: { properties: { class_name: 'x' }, class_name: 'y' } } },
    ],
  }),
})

describe('customComponents', () => {
  it('names each class once, with everything that needs it, parents included', () => {
    expect(customComponents(manifest, createLanguage([]))).toEqual([
      { type: 'CustomTransformation', className: 'source_x.components.Rename', neededBy: ['a', 'b'], registered: false },
      { type: 'CustomCheck', className: 'source_x.Check', neededBy: ['check'], registered: false },
    ])
  })

  it.each(['source_x.components.Rename', 'Rename'])('knows the class by %s', (type) => {
    const component = defineComponent(Transformation, {
      type,
      summary: '',
      fields: {},
      examples: [],
      create: () => ({ transform: (row) => row }),
    })
    const [rename, check] = customComponents(manifest, createLanguage([component]))
    expect([rename?.registered, check?.registered]).toEqual([true, false])
  })
})

describe('a class of the wrong family', () => {
  it('is named together with the family that is needed', () => {
    const filter = defineComponent(RecordFilter, {
      type: 'Rename',
      summary: '',
      fields: {},
      examples: [],
      create: () => ({ keep: () => true }),
    })
    const build = () => buildComponent(Transformation, custom, testContext({ components: [filter] }))
    expect(build).toThrow(
      "'source_x.components.Rename' is registered as a RecordFilter, and this CustomTransformation has to be a Transformation",
    )
  })
})
