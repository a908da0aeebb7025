import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { loadManifest } from '../../framework/manifest/manifest.ts'
import { configFile, messages, runConnector, temporaryFolder } from '../cli/run.ts'

/** Answers every request with the same records and remembers what was asked. */
async function openApi(body: string) {
  const asked: { readonly url: string; readonly header: string | undefined }[] = []
  const server = createServer((request, response) => {
    const header = request.headers['x-value']
    asked.push({ url: decodeURIComponent(request.url ?? ''), header: Array.isArray(header) ? header.join() : header })
    response.setHeader('content-type', 'application/json')
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

function streamNamed(name: string, url: string, parts: object = {}): object {
  return {
    type: 'DeclarativeStream',
    name,
    primary_key: 'id',
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url_base: url, path: '/records', http_method: 'GET', ...parts },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
  }
}

function manifestFile(streams: readonly object[], properties: object = {}): string {
  const manifest = {
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['a'] },
    streams,
    spec: { type: 'Spec', connection_specification: { type: 'object', properties } },
  }
  const file = join(temporaryFolder(), 'manifest.yaml')
  writeFileSync(file, stringify(manifest))
  return file
}

/** Everything below a folder, as paths relative to it. */
const below = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort()

describe('names of streams and connections', () => {
  const names = [
    '../../x',
    '..',
    '.',
    '/etc/passwd',
    'C:\\windows\\x',
    'CON',
    'nul',
    'a/../../b',
    'x\u0000y',
    '..%2f..%2fx',
    '~/x',
    '$(touch x)',
    'n'.repeat(300),
    'Straße',
    'STRASSE',
    'strasse',
    '.commits',
    '__proto__',
    'constructor',
  ]

  it('never lead out of the folder, and never into one file', async () => {
    const api = await openApi('{"data":[{"id":1}]}')
    const outside = temporaryFolder()
    const inside = join(outside, 'a', 'b')
    const file = manifestFile(names.map((name) => streamNamed(name, api.url)))
    const { code, stderr } = await runConnector(
      [
        'read',
        file,
        '--config',
        configFile({}),
        '--connection',
        '../../../escape',
        '--state',
        `file:${inside}/state`,
        '--output',
        `jsonl:${inside}/data`,
      ],
      { cwd: outside },
    )
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(code).toBe(0)
    expect(below(outside).filter((path) => !path.startsWith('a'))).toEqual([])
    expect(readdirSync(join(outside, 'a'))).toEqual(['b'])
    expect(readdirSync(inside).sort()).toEqual(['data', 'state'])
    const files = readdirSync(join(inside, 'data')).filter((name) => !name.startsWith('.'))
    expect(files).toHaveLength(names.length)
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(names.length)
    for (const name of files) {
      expect(name).toMatch(/^[a-z0-9_~-]+\.jsonl$/)
      expect(readFileSync(join(inside, 'data', name), 'utf8').split('\n')).toHaveLength(2)
    }
    for (const path of below(join(inside, 'state'))) expect(path).not.toMatch(/\.\.[/\\]/)
  })
})

describe('keys of records', () => {
  it('such as __proto__ reach stdout as they came, in every format', async () => {
    const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x"'
    const api = await openApi(`{"data":[{"id":1,${evil}}],${evil}}`)
    const file = manifestFile([streamNamed('a', api.url)])
    for (const format of ['airbyte', 'singer', 'jsonl']) {
      const { code, stdout } = await runConnector(['read', file, '--config', configFile({}), '--format', format])
      expect(code).toBe(0)
      expect(stdout).toContain('"__proto__":{"polluted":1}')
      expect(stdout).toContain('"constructor":{"prototype":{"polluted":1}}')
    }
  })
})

describe('templates in values', () => {
  it.each([
    "{{ config['secret'] }}",
    '{{ 7 * 7 }}',
    '{% for i in range(9) %}x{% endfor %}',
    "{{ ''.__class__.__mro__ }}",
    "{{ constructor.constructor('return process')() }}",
    '${7*7}',
    "{{ config['value'] }}",
  ])('of a config stay data: %s', async (value) => {
    const api = await openApi(JSON.stringify({ data: [{ id: 1, text: value }] }))
    const stream = {
      ...streamNamed('a', api.url, {
        request_parameters: { value: "{{ config['value'] }}" },
        request_headers: { 'X-Value': "{{ config['value'] }}" },
      }),
      transformations: [
        {
          type: 'AddFields',
          fields: [
            { path: ['copy'], value: "{{ record['text'] }}!" },
            { path: ['given'], value: "{{ config['value'] }}!" },
          ],
        },
      ],
    }
    const file = manifestFile([stream], { value: { type: 'string' }, secret: { type: 'string', airbyte_secret: true } })
    const { code, stdout, stderr } = await runConnector(['read', file, '--config', configFile({ value, secret: 'sandbox-secret-value' })])
    expect(code, stderr).toBe(0)
    expect(api.asked[0]?.header).toBe(value)
    expect(new URL(`http://x${api.asked[0]?.url.replaceAll('+', ' ')}`).searchParams.get('value')?.replaceAll(' ', '')).toBe(
      value.replaceAll(' ', ''),
    )
    const [record] = messages(stdout).filter(({ type }) => type === 'RECORD') as { record?: { data: Record<string, unknown> } }[]
    expect(record?.record?.data).toMatchObject({ text: value, copy: `${value}!`, given: `${value}!` })
    expect(stdout + stderr).not.toContain('sandbox-secret-value')
  })
})

describe('a manifest meant to harm', () => {
  const bomb = `a: &a ["x","x","x","x","x","x","x","x","x"]\n${'bcdefghi'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghi'[index]}`).join(',')}]`)
    .join('\n')}\n`
  const harmful: readonly [string, string][] = [
    ['a bomb of aliases', bomb],
    ['code', 'a: !!js/function "function () { return process }"\n'],
    ['python', 'a: !!python/object/apply:os.system ["true"]\n'],
    ['a key given twice', 'type: DeclarativeSource\ntype: DeclarativeSource\n'],
    ['a tab', 'a:\n\tb: 1\n'],
    ['a circle of references', 'type: DeclarativeSource\nversion: 6.0.0\nstreams: [{ $ref: "#/streams/0" }]\n'],
    ['a circle of anchors', 'a: &a\n  b: *a\n'],
    ['an unclosed list', 'a: [1, 2\n'],
    ['nothing', ''],
    ['a list', '- 1\n'],
    ['ten megabytes', `a: "${'x'.repeat(10_000_000)}"\n`],
    ['a hundred thousand levels', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`],
    ['keys of prototypes', '__proto__: { type: DeclarativeSource }\nconstructor: { prototype: { polluted: 1 } }\n'],
  ]

  it.each(harmful)('(%s) is refused in under a second', (_, text) => {
    const started = performance.now()
    expect(() => loadManifest({ file: 'm.yaml', text })).toThrow()
    // Ten times the promise, because other tests share the machine.
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it.each(harmful)('(%s) ends with one message and code 2', async (_, text) => {
    const file = join(temporaryFolder(), 'm.yaml')
    writeFileSync(file, text)
    const { code, stderr, stdout } = await runConnector(['validate', file])
    expect(code).toBe(2)
    expect(stderr).not.toMatch(/\n\s+at |ERR_UNEXPECTED|RangeError/)
    expect((stdout + stderr).length).toBeLessThan(4_000)
  })
})
