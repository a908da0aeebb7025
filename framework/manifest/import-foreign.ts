import { basename, dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConfigError } from '../errors.ts'
import { ANY_HOST } from './allowed-hosts.ts'
import { isNode, type Node } from './definition/build.ts'
import { openDocument } from './document/document.ts'
import type { ManifestText } from './document/yaml.ts'
import { loadManifest, type Manifest } from './manifest.ts'
import { namedHosts } from './named-hosts.ts'

export interface ImportOptions {
  /** `conn::…`; made of the file's name by default. */
  readonly id?: string
}

export interface ImportedManifest {
  /** YAML of the manifest in our envelope. */
  readonly text: string
  readonly manifest: Manifest
  /** What a person should know about the result. */
  readonly notes: readonly string[]
}

/**
 * Puts a manifest written for Airbyte into our envelope. Its text stays as it is, comments and order included, but for its streams, which
 * move under `streams.templates`; `dialect: airbyte` keeps its meaning. Throws ConfigError for a manifest that cannot be read, or that is
 * one of ours already.
 */
export async function importForeign(source: ManifestText, { id: given }: ImportOptions = {}): Promise<ImportedManifest> {
  const original = loadManifest(source)
  if (Object.hasOwn(openDocument(source).root, 'manifest_version')) {
    throw new ConfigError(
      'ERR_MANIFEST_INVALID',
      `${source.file} has our envelope already; only manifests written for Airbyte are imported`,
    )
  }
  const product = productOf(source.file)
  const id = given ?? `conn::third_party::airbyte::${product}::${product}::rest`
  const { hosts, unknown } = namedHosts(original)
  const head = headOf(id, { product, hosts: unknown.length > 0 || hosts.length === 0 ? [ANY_HOST] : hosts })
  const moved = `${head}${moveStreams(source.text)}`
  const asItIs = sameManifest(moved, source.file, original)
  const text = asItIs ? moved : await rewritten(source, head)
  const manifest = asItIs ?? sameManifest(text, source.file, original)
  if (!manifest)
    throw new ConfigError('ERR_MANIFEST_IMPORT', `${source.file} means something else inside the envelope; it refers to '#/streams'`)
  const notes = [
    ...(asItIs ? [] : ['the manifest is not written in plain blocks; its comments are lost']),
    ...unknown.map((address) => `the host of ${address.replace(/\s+/g, ' ').trim()} is known only while reading; any host is allowed`),
    ...(namesFiles(original.streams) ? ['schemas or texts are in separate files; keep them beside the result'] : []),
  ]
  return { text, manifest, notes }
}

/** `source-zoho-invoice.yaml`, `source-zoho-invoice/manifest.yaml`: zoho_invoice. */
function productOf(file: string): string {
  const bare = basename(file).replace(/\.(ya?ml|json)$/i, '')
  const name = /^(manifest|components?)$/i.test(bare) ? basename(dirname(file)) : bare
  const words =
    name
      .toLowerCase()
      .replace(/^source[-_]/, '')
      .match(/[a-z0-9]+/g) ?? []
  return words.length > 0 ? words.join('_') : 'imported'
}

function headOf(id: string, { product, hosts }: { product: string; hosts: readonly string[] }): string {
  const [, origin, source, provider, kind, method] = id.split('::')
  const name = product.replace(/(^|_)(\w)/g, (_, gap: string, letter: string) => `${gap ? ' ' : ''}${letter.toUpperCase()}`)
  const lines = [
    'manifest_version: 1.0',
    'dialect: airbyte',
    `id: ${id}`,
    `name: ${JSON.stringify(name)}`,
    `taxonomy: { origin: ${origin}, source: ${source}, provider: ${provider}, product: ${kind}, method: ${method} }`,
    'runtime:',
    '  allowed_hosts:',
    ...hosts.map((host) => `    - ${/^[a-z0-9.-]*[a-z][a-z0-9.-]*$/i.test(host) ? host : JSON.stringify(host)}`),
  ]
  return `${lines.join('\n')}\n`
}

/** A key of the document in block style, at the start of its line. */
const topKey = /^(?!-\s)(?:"([^"]+)"|'([^']+)'|([^\s#:'"{}[\]&*!|>%@`-][^:#]*))\s*:(?=\s|$)/

function keyOf(line: string): string | undefined {
  return topKey
    .exec(line)
    ?.slice(1)
    .find((name) => name !== undefined)
    ?.trim()
}

/** The text without `type`, its streams one level down. Means nothing for texts that are no plain blocks; the caller compares. */
function moveStreams(text: string): string {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/^---[ \t]*\r?\n/, '')
    .split('\n')
  const moved: string[] = []
  let key = ''
  for (const line of lines) {
    const name = keyOf(line)
    if (name !== undefined) key = name
    if (key === 'type' && name !== undefined) continue
    if (key !== 'streams') moved.push(line)
    else if (name === undefined) moved.push(line.trim() === '' ? line : `    ${line}`)
    else moved.push('streams:', '  strategy: static', `  templates:${line.slice(line.indexOf(':') + 1)}`)
  }
  if (!moved.includes('streams:')) moved.push('streams:', '  strategy: static', '  templates: []', '')
  return moved.join('\n')
}

async function rewritten(source: ManifestText, head: string): Promise<string> {
  const { stringify } = await import('yaml')
  const { root } = openDocument(source)
  const { type: _, streams = [], ...rest } = root
  const body = { ...rest, streams: { strategy: 'static', templates: streams } }
  return `${head}${stringify(body, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`
}

/** The manifest that the text holds when it means what the original means. */
function sameManifest(text: string, file: string, original: Manifest): Manifest | undefined {
  const loaded = attempt(() => loadManifest({ text, file }))
  return loaded && isDeepStrictEqual(meaningOf(loaded), meaningOf(original)) ? loaded : undefined
}

function meaningOf({ streams, dynamicStreams, check, apiBudget, concurrencyLevel, asyncJobCount, streamGroups, spec, dialect }: Manifest) {
  return { streams, dynamicStreams, check, apiBudget, concurrencyLevel, asyncJobCount, streamGroups, spec, dialect }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof ConfigError) return undefined
    throw thrown
  }
}

function namesFiles(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesFiles)
  if (!isNode(value)) return false
  return (
    value['type'] === 'JsonFileSchemaLoader' || Object.entries(value as Node).some(([key, item]) => key !== 'schema' && namesFiles(item))
  )
}
