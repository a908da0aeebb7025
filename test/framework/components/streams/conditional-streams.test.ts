import { describe, expect, it } from 'vitest'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import { buildManifest } from '../../../../framework/runtime/assembly/build-manifest.ts'
import { testContext } from '../../build.ts'
import { manifestOf } from '../../read-manifest.ts'

const stream = (name: string, more: object = {}) => ({
  type: 'DeclarativeStream',
  name,
  retriever: {
    requester: { type: 'HttpRequester', url_base: 'https://api.test', path: name },
    record_selector: { extractor: { type: 'DpathExtractor', field_path: [] } },
  },
  ...more,
})
const conditional = (...streams: object[]) => ({ type: 'ConditionalStreams', condition: '{{ config.more }}', streams })

function build(nodes: readonly object[], config: Readonly<Record<string, unknown>>) {
  const { language, services } = testContext()
  return buildManifest(loadManifest({ text: manifestOf(nodes), file: 'm.yaml' }), { language, config, services })
}

describe('ConditionalStreams', () => {
  it.each([
    [true, ['a', 'b', 'c']],
    [false, ['a']],
  ])('when the config says %s the streams are %j', (more, names) => {
    const built = build([stream('a'), conditional(stream('b'), stream('c'))], { more })
    expect(built.streams.map(({ name }) => name)).toEqual(names)
  })

  it('names the place of a mistake in it', () => {
    expect(() => build([conditional(stream('b', { nme: 1 }))], { more: true })).toThrow(
      /streams\.templates\[0\]\.streams\[0\]\.nme: DeclarativeStream has no field 'nme'/,
    )
  })
})
