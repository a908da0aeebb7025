import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { components } from '../../../framework/components/index.ts'
import { allowedHostsOf } from '../../../framework/manifest/allowed-hosts.ts'
import { createLanguage } from '../../../framework/manifest/definition/language.ts'
import { importForeign } from '../../../framework/manifest/import-foreign.ts'
import { loadManifest } from '../../../framework/manifest/manifest.ts'
import { validateManifest } from '../../../framework/runtime/assembly/validate.ts'
import { temporaryFolder } from '../../cli/run.ts'
import { readCassettes, replay } from '../../conformance-run/cassettes.ts'
import { sharedFolder } from '../../shared.ts'

const foreign = `# Weather of all stations
version: 4.1.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [hours] }
definitions:
  base: # shared by all
    type: HttpRequester
    url_base: "https://{{ config['region'] }}.weather.test/v1"
streams:
  # the only one
  - type: DeclarativeStream
    name: hours
    retriever:
      type: SimpleRetriever
      requester: { $ref: "#/definitions/base", path: hours }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: { on: { type: boolean, default: yes } } } }
spec:
  type: Spec
  connection_specification: { type: object, properties: { region: { type: string } } }
`
const language = createLanguage(components)
const importText = (text: string, file = 'source-city-weather.yaml') => importForeign({ text, file })

describe('importForeign', () => {
  it('puts the manifest into the envelope and leaves its text as it is', async () => {
    const { text, notes } = await importText(foreign)
    expect(notes).toEqual([])
    expect(text).toBe(`manifest_version: 1.0
dialect: airbyte
id: conn::third_party::airbyte::city_weather::city_weather::rest
name: "City Weather"
taxonomy: { origin: third_party, source: airbyte, provider: city_weather, product: city_weather, method: rest }
runtime:
  allowed_hosts:
    - "{{ config['region'] }}.weather.test"
${foreign
  .replace('type: DeclarativeSource\n', '')
  .replace(
    /streams:\n([\s\S]*)spec:/,
    (_, body: string) => `streams:\n  strategy: static\n  templates:\n${body.replace(/^/gm, '    ').trimEnd()}\nspec:`,
  )}`)
  })

  it('takes an id and refuses a wrong one', async () => {
    const { manifest } = await importForeign({ text: foreign, file: 'm.yaml' }, { id: 'conn::a::b::c::d::e' })
    expect(manifest.taxonomy).toEqual({ origin: 'a', source: 'b', provider: 'c', product: 'd', method: 'e' })
    await expect(importForeign({ text: foreign, file: 'm.yaml' }, { id: 'weather' })).rejects.toMatchObject({ code: 'ERR_MANIFEST_IMPORT' })
  })

  it('rewrites manifests that are not plain blocks, and says so', async () => {
    const { text, notes, manifest } = await importText(JSON.stringify(loadJson(foreign)))
    expect(notes).toContainEqual(expect.stringContaining('comments are lost'))
    expect(text).toContain('strategy: static')
    expect(manifest.streams).toEqual(loadManifest({ text: foreign, file: 'm.yaml' }).streams)
  })

  it('refuses what is in our envelope already', async () => {
    const { text } = await importText(foreign)
    await expect(importText(text)).rejects.toThrow('has our envelope already')
  })

  it.each([
    ["https://{{ config['region'] }}.weather.test/v1", ["{{ config['region'] }}.weather.test"], ['https://eu.weather.test']],
    ["{{ config['base'] or 'https://x.test' }}/api", ["{{ config['base'] or 'https://x.test' }}"], ['http://localhost:8080']],
    ['https://api.weather.test:8443/v1', ['api.weather.test:8443'], ['api.weather.test:8443']],
    ['http://api.weather.test', ['http://api.weather.test'], ['http://api.weather.test']],
    ["{{ config['absent'] }}", ["{{ config['absent'] }}"], []],
    ['{{ stream_slice.extra_fields["url"] }}', ['*'], undefined],
  ])('reads the hosts of %s', async (base, listed, allowed) => {
    const { manifest } = await importText(
      foreign.replace(`"https://{{ config['region'] }}.weather.test/v1"`, `'${base.replaceAll("'", "''")}'`),
    )
    expect(manifest.runtime.allowedHosts).toEqual(listed)
    const config = { region: 'eu', base: 'http://localhost:8080' }
    expect(allowedHostsOf(manifest, config, () => 0)).toEqual(allowed)
  })
})

function loadJson(text: string): unknown {
  const { streams, check, spec } = loadManifest({ text, file: 'm.yaml' })
  const { connectionSpecification: connection_specification } = spec
  return { version: '4.1.0', type: 'DeclarativeSource', check, streams, spec: { type: 'Spec', connection_specification } }
}

/** Longer ones take seconds each and hold nothing that shorter ones do not. */
const LONGEST = 40_000
/** Every so many of them are built as well, before and after. */
const BUILT = 8

describe.skipIf(!sharedFolder)('manifests of the corpus', () => {
  const corpus = join(sharedFolder ?? '', 'corpus/airbyte')
  const textOf = (name: string) => readFileSync(join(corpus, name), 'utf8')
  const names = sharedFolder ? readdirSync(corpus).filter((name) => /\.ya?ml$/.test(name) && textOf(name).length <= LONGEST) : []

  it('are imported, and are as valid as they were', async () => {
    expect(names.length).toBeGreaterThan(100)
    for (const [place, name] of names.entries()) {
      const original = textOf(name)
      const { text } = await importForeign({ text: original, file: name })
      if (place % BUILT > 0) continue
      const before = validateManifest(original, name, language)
      const after = validateManifest(text, name, language)
      expect(after.custom, name).toEqual(before.custom)
      expect(
        after.errors.map(({ code }) => code),
        name,
      ).toEqual(before.errors.map(({ code }) => code))
    }
  }, 300_000)

  it('read the same after the import', async () => {
    const cassettes = readCassettes(join(sharedFolder ?? '', 'vectors'))
    const picked = ['source-pocket', 'source-statsig', 'source-testrail', 'source-aha', 'source-brevo']
    const folder = temporaryFolder()
    let replayed = 0
    for (const connector of picked) {
      const { text } = await importForeign({ text: textOf(`${connector}.yaml`), file: `${connector}.yaml` })
      writeFileSync(join(folder, `${connector}.yaml`), text)
      for (const cassette of cassettes.filter((candidate) => candidate.connector === connector).slice(0, 5)) {
        expect(await replay(cassette, folder), `${connector} ${cassette.stream}`).toEqual(await replay(cassette, corpus))
        replayed += 1
      }
    }
    expect(replayed).toBeGreaterThan(5)
  }, 120_000)
})
