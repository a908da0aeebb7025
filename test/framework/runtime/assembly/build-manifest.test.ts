import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../../framework/errors.ts'
import type { Config } from '../../../../framework/manifest/definition/component.ts'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import { buildManifest } from '../../../../framework/runtime/assembly/build-manifest.ts'
import { sampleConfig } from '../../../../framework/runtime/assembly/validate.ts'
import { sharedFolder } from '../../../shared.ts'
import { testContext } from '../../build.ts'

const stream = (name: string, more = '') =>
  `{ name: ${name}, retriever: { requester: { url_base: "https://example.com", path: /x }, record_selector: { extractor: { field_path: [] } } }, schema_loader: { type: InlineSchemaLoader, schema: { type: object } }${more} }`
const head = `manifest_version: 1.0
id: conn::a::b::c::d::e
name: N
taxonomy: { origin: a, source: b, provider: c, product: d, method: e }
runtime: { allowed_hosts: [example.com] }
spec: { connection_specification: { type: object } }
check: { stream_names: [a] }
`
const native = (...streams: string[]) =>
  `${head}streams:\n  strategy: static\n  templates:\n${streams.map((text) => `    - ${text}\n`).join('')}`
const foreign = (...streams: string[]) =>
  `version: 1.0.0\ntype: DeclarativeSource\ncheck: { stream_names: [a] }\nstreams:\n${streams.map((text) => `  - ${text}\n`).join('')}`

function build(text: string, config: Config = {}) {
  const { language, services } = testContext()
  return buildManifest(loadManifest({ text, file: 'm.yaml' }), { language, config, services })
}

function errorsOf(text: string): string {
  try {
    build(text)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message
    throw thrown
  }
  return ''
}

describe('buildManifest', () => {
  it('builds the streams of our manifests', () => {
    const built = build(native(stream('a'), stream('b', ', primary_key: id')))
    expect(built.streams.map(({ name, primaryKey }) => ({ name, primaryKey }))).toEqual([
      { name: 'a', primaryKey: [] },
      { name: 'b', primaryKey: [['id']] },
    ])
    expect(built).toMatchObject({ broken: [], discovery: undefined, concurrency: undefined, warnings: [] })
  })

  it('lists every error of our manifests with its place', () => {
    const text = native(
      stream('a', ', nme: 1').replace('path: /x', 'path: "{{ recrod.x }}"'),
      stream('b').replace('field_path: []', 'field_path: 5'),
      stream('a'),
    )
    const lines = errorsOf(text).split('\n')
    expect(lines[0]).toMatch(/^\d errors:$/)
    expect(lines.slice(1)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^- streams\.templates\[0\]\.nme: DeclarativeStream has no field 'nme'; did you mean name\? .*\(m\.yaml:11:\d+\)$/,
        ),
        expect.stringMatching(/^- streams\.templates\[0\]\.retriever\.requester\.path: .*recrod.*\(m\.yaml:11:\d+\)$/),
        expect.stringMatching(
          /^- streams\.templates\[1\]\.retriever\.record_selector\.extractor\.field_path: expected .*\(m\.yaml:12:\d+\)$/,
        ),
      ]),
    )
  })

  it('refuses two streams of one name', () => {
    expect(errorsOf(native(stream('a'), stream('a')))).toMatch(/^streams\.templates: stream 'a' is defined twice \(m\.yaml:12:\d+\)$/)
  })

  it('suggests names for unknown types', () => {
    const text = native(stream('a', ', transformations: [{ type: AddFeilds }]'))
    expect(errorsOf(text)).toMatch(
      /^streams\.templates\[0\]\.transformations\[0\]: unknown Transformation 'AddFeilds'; did you mean AddFields\? known: .*\(m\.yaml:11:\d+\)$/,
    )
  })

  it('leaves out the streams of foreign manifests that cannot be built', () => {
    const custom = stream('b', ', transformations: [{ type: CustomTransformation, class_name: source_x.components.Rename }]')
    const built = build(foreign(stream('a'), custom))
    expect(built.streams.map(({ name }) => name)).toEqual(['a'])
    expect(built.broken.map(({ name, error }) => `${name}: ${error.message}`)).toEqual([
      expect.stringMatching(
        /^b: streams\[1\]\.transformations\[0\]: the class 'source_x\.components\.Rename' of this CustomTransformation is code .*\(m\.yaml:6:\d+\)$/,
      ),
    ])
  })

  it('tells the dynamic streams it can make from those whose resolver it cannot build', () => {
    const group = (name: string, resolver: string) =>
      `  - { type: DynamicDeclarativeStream, name: ${name}, stream_template: ${stream('x')}, components_resolver: ${resolver} }\n`
    const resolver = '{ type: ConfigComponentsResolver, stream_config: { configs_pointer: [tables] }, components_mapping: [] }'
    const text = `${foreign(stream('a'))}dynamic_streams:\n${group('tables', resolver)}${group('odd', '{ type: OddResolver }')}`
    const { streams, dynamic, broken } = build(text)
    expect(streams.map(({ name }) => name)).toEqual(['a'])
    expect(dynamic.map(({ name }) => name)).toEqual(['tables'])
    expect(broken.map(({ name, error }) => `${name}: ${error.message}`)).toEqual([
      expect.stringMatching(/^odd: dynamic_streams\[1\]\.components_resolver: unknown ComponentsResolver 'OddResolver'; .* \(m\.yaml:8:/),
    ])
  })

  it('warns about unknown fields of foreign manifests', () => {
    const { streams, warnings } = build(foreign(stream('a', ', nme: 1')))
    expect(streams).toHaveLength(1)
    expect(warnings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining("has no field 'nme'; did you mean name?")]),
    )
  })

  it('asks for a broken check only when it is run', async () => {
    const { check } = build(foreign(stream('a')).replace('{ stream_names', '{ type: CheckMate, stream_names'))
    const target = { streamNames: [], probe: async () => 'empty' as const, accounts: async () => undefined }
    await expect(check.check(target)).rejects.toThrow("unknown Check 'CheckMate'")
  })

  it.each([
    [{}, ['a']],
    [{ all: true }, ['a', 'b', 'c']],
  ])('reads conditional streams as the config %j says', (config, names) => {
    const typed = ', type: DeclarativeStream'
    const conditional = `{ type: ConditionalStreams, condition: "{{ config.get('all') == true }}", streams: [${stream('b', typed)}, ${stream('c', typed)}] }`
    expect(build(foreign(stream('a'), conditional), config).streams.map(({ name }) => name)).toEqual(names)
  })

  it.each([
    ['{ default_concurrency: 4 }', 4],
    ['{ default_concurrency: "{{ config.workers }}", max_concurrency: 5 }', 5],
  ])('reads the concurrency level %s', (level, concurrency) => {
    expect(build(`${foreign(stream('a'))}concurrency_level: ${level}\n`, { workers: 9 }).concurrency).toBe(concurrency)
  })
})

describe('foreign manifests', () => {
  const folder = join(sharedFolder ?? '', 'corpus/airbyte')
  const files = sharedFolder ? readdirSync(folder) : []

  it.skipIf(!sharedFolder)(
    'are all built as far as their components are known',
    () => {
      const found = files.map((file) => {
        const { language, services } = testContext()
        const manifest = loadManifest({ text: readFileSync(join(folder, file), 'utf8'), file })
        const config = sampleConfig(manifest.spec.connectionSpecification, 'all')
        const { streams, dynamic, broken } = buildManifest(manifest, { language, config, services })
        expect(streams.length + dynamic.length + broken.length).toBeGreaterThanOrEqual(1)
        expect(broken.filter(({ error }) => !error.message.includes(`(${file}:`))).toEqual([])
        return broken.length === 0
      })
      const whole = found.filter(Boolean).length
      console.info(`${whole} of ${files.length} manifests build every stream`)
      expect(whole).toBeGreaterThan(files.length * 0.65)
    },
    120_000,
  )
})
