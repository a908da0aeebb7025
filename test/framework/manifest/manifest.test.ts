import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../framework/errors.ts'
import { loadManifest } from '../../../framework/manifest/manifest.ts'
import { loadSpec } from '../../../framework/runtime/spec.ts'

const envelope = `manifest_version: 1.0
id: conn::third_party::social::meta::facebook_pages::rest
name: Facebook Pages Insights Connector
taxonomy: { origin: third_party, source: social, provider: meta, product: facebook_pages, method: rest }
runtime:
  supported_runners: [lambda, fargate]
  network_patterns: [nat_allowlist]
  allowed_hosts: [graph.facebook.com]
streams:
  strategy: discovery
  defaults: { key_strategy: source_declared, cursor_strategy: date_range }
  discovery: { type: AccountDiscovery, retriever: { $ref: "#/definitions/retriever" } }
  templates:
    - $ref: "#/definitions/retriever"
      type: DeclarativeStream
      name: posts
      $parameters: { path: /posts }
      retriever: { requester: { path: "" } }
spec:
  connection_specification: { type: object, properties: { token: { type: string, airbyte_secret: true } } }
  documentation_url: https://example.com/docs
check: { stream_names: [posts] }
definitions:
  retriever: { requester: { url_base: "https://graph.facebook.com" } }
  broken: "#/nowhere"
`
const load = (text: string) => loadManifest({ text, file: 'pages.yaml' })

function errorsOf(text: string): string {
  try {
    load(text)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message
    throw thrown
  }
  return ''
}

describe('loadManifest', () => {
  it('reads our envelope', () => {
    expect(load(envelope)).toMatchObject({
      dialect: 'native',
      id: 'conn::third_party::social::meta::facebook_pages::rest',
      name: 'Facebook Pages Insights Connector',
      version: '1',
      taxonomy: { origin: 'third_party', source: 'social', provider: 'meta', product: 'facebook_pages', method: 'rest' },
      runtime: { supportedRunners: ['lambda', 'fargate'], networkPatterns: ['nat_allowlist'], allowedHosts: ['graph.facebook.com'] },
      spec: { documentationUrl: 'https://example.com/docs' },
      check: { type: 'CheckStream', stream_names: ['posts'] },
      discovery: { type: 'AccountDiscovery', retriever: { requester: { url_base: 'https://graph.facebook.com' } } },
      warnings: [],
    })
  })

  it('fills in types and parameters of stream templates', () => {
    expect(load(envelope).streams).toEqual([
      {
        type: 'DeclarativeStream',
        name: 'posts',
        path: '/posts',
        requester: { url_base: 'https://graph.facebook.com' },
        retriever: {
          type: 'SimpleRetriever',
          path: '/posts',
          requester: { type: 'HttpRequester', path: '/posts', $parameters: { path: '/posts' } },
          $parameters: { path: '/posts' },
        },
        $parameters: { path: '/posts' },
      },
    ])
  })

  it.each([
    [
      'an unknown key',
      [/^name:.*$/m, 'nam: x\nname: x'],
      'nam: unknown key; did you mean name? known: actions, api_budget, check, concurrency_level, definitions, description, dialect, id, manifest_version, max_concurrent_async_job_count, name, runtime, spec, stream_groups, streams, taxonomy (pages.yaml:3:1)',
    ],
    ['a missing key', [/^name:.*\n/m, ''], "'name' is missing (pages.yaml:1:1)"],
    ['neither streams nor actions', [/^streams:\n(?: .*\n|\n)*/m, ''], "needs 'streams' or 'actions'"],
    ['another version', ['manifest_version: 1.0', 'manifest_version: 2'], 'manifest_version: expected 1, found number 2 (pages.yaml:1:1)'],
    ['an id of four parts', ['::rest', ''], 'id: string "conn::third_party::social::meta::facebook_pages" does not match'],
    [
      'a taxonomy that disagrees',
      ['provider: meta', 'provider: google'],
      "taxonomy.provider: is 'google', but the id says 'meta' (pages.yaml:4:50)",
    ],
    [
      'a wrong kind of value',
      ['[graph.facebook.com]', 'graph.facebook.com'],
      'runtime.allowed_hosts: expected a list, found string "graph.facebook.com" (pages.yaml:8:3)',
    ],
    ['no hosts at all', ['[graph.facebook.com]', '[]'], 'runtime.allowed_hosts: expected at least 1 entry (pages.yaml:8:3)'],
    [
      'a wrong item',
      ['[lambda, fargate]', '[lambda, 7]'],
      'runtime.supported_runners[1]: expected a text, found number 7 (pages.yaml:6:31)',
    ],
    [
      'an unknown strategy',
      ['strategy: discovery', 'strategy: discover'],
      'streams.strategy: unknown value string "discover"; did you mean discovery? known: discovery, static',
    ],
    ['discovery without a discoverer', [/ {2}discovery: \{.*\n/, ''], "streams: strategy 'discovery' needs 'discovery' (pages.yaml:10:3)"],
    [
      'static streams with a discoverer',
      ['strategy: discovery', 'strategy: static'],
      "streams: strategy 'static' has no 'discovery' (pages.yaml:12:3)",
    ],
    ['no schema in the spec', ['connection_specification:', 'connection_spec:'], "spec: needs 'connection_specification', a JSON Schema"],
    [
      'an unresolved reference',
      ['"#/definitions/retriever"\n      type', '"#/definitions/retrieve"\n      type'],
      "unresolved reference #/definitions/retrieve: 'retrieve' does not exist; did you mean retriever? known: broken, retriever (pages.yaml:14:7)",
    ],
  ] as const)('refuses %s', (_, [from, to], message) => {
    expect(errorsOf(envelope.replace(from, to))).toContain(message)
  })

  it('lists every error at once', () => {
    const message = errorsOf(
      envelope
        .replace('provider: meta', 'provider: google')
        .replace('[graph.facebook.com]', '[]')
        .replace(/^name:.*\n/m, ''),
    )
    expect(message).toMatch(/^3 errors:\n- .*\n- .*\n- .*$/)
  })

  it('reads manifests written for Airbyte as they are', () => {
    const manifest = load('version: 5.1.0\nname: x\nstreams: [{name: a, retriever: {}}]\ncheck: {stream_names: [a]}\nmetadat: 1')
    expect(manifest).toMatchObject({
      dialect: 'airbyte',
      id: 'pages',
      version: '5.1.0',
      taxonomy: undefined,
      runtime: { allowedHosts: undefined },
      spec: { connectionSpecification: { type: 'object', additionalProperties: true } },
      streams: [{ type: 'DeclarativeStream', name: 'a', retriever: { type: 'SimpleRetriever' } }],
      check: { type: 'CheckStream' },
    })
    expect(manifest.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining("has no 'spec'"),
      expect.stringContaining('name: unknown key'),
      expect.stringContaining('metadat: unknown key; did you mean metadata?'),
    ])
  })

  it.each([
    ['a list', '- a', 'pages.yaml:1:1: a manifest is a mapping, found a list'],
    ['nothing', '', 'pages.yaml:1:1: a manifest is a mapping, found nothing'],
    ['another type', 'type: Spec\nstreams: []', 'not type "Spec" (pages.yaml:1:1)'],
    ['no streams', 'type: DeclarativeSource', "needs 'streams' or 'dynamic_streams'"],
  ])('refuses %s', (_, text, message) => {
    expect(errorsOf(text)).toContain(message)
  })
})

describe('loadSpec', () => {
  it('prints the spec as the protocol has it', () => {
    expect(loadSpec(envelope, 'pages.yaml')).toEqual({
      connectionSpecification: { type: 'object', properties: { token: { type: 'string', airbyte_secret: true } } },
      documentationUrl: 'https://example.com/docs',
      supportsNormalization: false,
      supportsDBT: false,
    })
  })

  it('does not mind streams that lead nowhere', () => {
    expect(
      loadSpec('spec: {connection_specification: {type: object}, advanced_auth: {auth_flow_type: oauth2.0}}\nstreams: "#/x"', 'f'),
    ).toMatchObject({
      advanced_auth: { auth_flow_type: 'oauth2.0' },
    })
  })

  it('keeps the rules of the config to itself, and refuses what are none', () => {
    const text = (rules: string) => `spec: {connection_specification: {type: object}, config_normalization_rules: ${rules}}`
    expect(Object.keys(loadSpec(text('{transformations: []}'), 'f'))).toEqual([
      'connectionSpecification',
      'supportsNormalization',
      'supportsDBT',
    ])
    expect(() => loadSpec(text('[]'), 'f')).toThrow('expected rules for the config, found a list')
  })
})
