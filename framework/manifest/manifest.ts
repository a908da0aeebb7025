import { basename } from 'node:path'
import type { ConfigError } from '../errors.ts'
import type { Dialect } from '../template/template.ts'
import { cacheParents, cacheResolver } from './cached-parents.ts'
import { isNode, type Node } from './definition/build.ts'
import type { Locate } from './definition/component.ts'
import { checkEnvelope, checkForeign, type RuntimeNeeds, readRuntime, readTaxonomy, type Taxonomy } from './definition/envelope.ts'
import { foreignEnvelopeSchema } from './definition/foreign-envelope.ts'
import { gatherProblems } from './definition/problems.ts'
import { type Document, openDocument, type SpecSource, specOf } from './document/document.ts'
import { propagate } from './document/parameters.ts'
import type { ManifestText } from './document/yaml.ts'

/** A manifest that was read: references resolved, types and parameters filled in, nothing built yet. */
export interface Manifest extends Sections {
  readonly file: string
  readonly dialect: Dialect
  /** `conn::…`; the file's name for manifests written for Airbyte. */
  readonly id: string
  readonly name: string
  /** Of the envelope, or of the language that a foreign manifest was written for. */
  readonly version: string
  readonly taxonomy: Taxonomy | undefined
  readonly runtime: RuntimeNeeds
  readonly spec: SpecSource
  readonly locate: Locate
  readonly warnings: readonly ConfigError[]
}

/** The parts that are built. */
export interface Sections {
  /** Where the stream nodes stand: `streams.templates` or `streams`. */
  readonly streamsPath: string
  readonly streams: readonly unknown[]
  /** `dynamic_streams` of a foreign manifest: made from a template at run time. */
  readonly dynamicStreams: readonly unknown[]
  /** Present when the streams are templates that are read for each account. */
  readonly discovery: unknown
  readonly check: unknown
  /** `api_budget`: how many calls the requests may make; undefined: as many as the source answers. */
  readonly apiBudget: unknown
  /** What can be written; manifests of ours only. */
  readonly actions: readonly unknown[]
  /** `concurrency_level`. */
  readonly concurrencyLevel: unknown
  /** `max_concurrent_async_job_count`. */
  readonly asyncJobCount: unknown
  /** `stream_groups`: streams that are not read at the same time. */
  readonly streamGroups: unknown
}

/**
 * Reads a manifest. Throws ConfigError, with every place, for text that is no plain data, references that do not exist and a wrong
 * envelope. Components are built by `buildManifest`.
 */
export function loadManifest(source: ManifestText): Manifest {
  const document = openDocument(source)
  const problems = gatherProblems()
  const warnings: ConfigError[] = []
  const spec = problems.attempt(() => specOf(document))
  const root = problems.attempt(() => resolveParts(document))
  const check = { locate: document.positions.locate, report: problems.add, warn: (warning: ConfigError) => warnings.push(warning) }
  const wrapped = document.dialect === 'native' || Object.hasOwn(document.root, 'manifest_version')
  if (root) {
    if (document.dialect === 'native') checkEnvelope(root, check)
    else if (wrapped) checkEnvelope(root, check, foreignEnvelopeSchema)
    else checkForeign(root, check)
  }
  problems.throwAny()
  if (!root || !spec) throw new TypeError('a manifest without problems has a root and a spec')
  const { file, dialect, positions } = document
  const fallback = basename(file).replace(/\.(ya?ml|json)$/, '')
  return {
    ...(wrapped ? envelopeSections(root, document) : foreignSections(root, document)),
    file,
    dialect,
    id: textOf(root['id']) ?? fallback,
    name: textOf(root['name']) ?? fallback,
    version: String(root[wrapped ? 'manifest_version' : 'version'] ?? ''),
    taxonomy: readTaxonomy(root),
    runtime: readRuntime(root),
    spec,
    locate: positions.locate,
    warnings,
  }
}

/** Definitions are resolved where something refers to them; the spec is read on its own. */
const unresolved = new Set(['definitions', 'schemas', 'metadata'])

function resolveParts({ root, resolver, positions }: Document): Node {
  const parts = Object.entries(root).map(([key, value]) => [key, unresolved.has(key) ? value : resolver.resolve(value)] as const)
  const resolved = Object.fromEntries(parts)
  positions.copied(root, resolved)
  return resolved
}

function envelopeSections(root: Node, document: Document): Sections {
  const { dialect, positions } = document
  const { copied } = positions
  const streams = isNode(root['streams']) ? root['streams'] : {}
  const { check, api_budget } = root
  if (dialect === 'airbyte') {
    return { ...foreignSections({ ...root, streams: streams['templates'] }, document), streamsPath: 'streams.templates' }
  }
  const nodes = propagate({ type: 'DeclarativeSource', streams: streams['templates'], check, api_budget }, { copied })
  const discovery = streams['discovery']
  return {
    streamsPath: 'streams.templates',
    streams: listOf(nodes['streams']),
    dynamicStreams: [],
    discovery: isNode(discovery) ? propagate(discovery, { copied }) : discovery,
    check: nodes['check'],
    apiBudget: nodes['api_budget'],
    concurrencyLevel: root['concurrency_level'],
    asyncJobCount: root['max_concurrent_async_job_count'],
    streamGroups: root['stream_groups'],
    actions: listOf(root['actions']).map((action) => (isNode(action) ? propagate(action, { copied }) : action)),
  }
}

function foreignSections(root: Node, { positions: { copied } }: Document): Sections {
  const picked = ['streams', 'dynamic_streams', 'check', 'concurrency_level', 'api_budget', '$parameters'].filter((key) =>
    Object.hasOwn(root, key),
  )
  const nodes = propagate({ ...Object.fromEntries(picked.map((key) => [key, root[key]])), type: 'DeclarativeSource' }, { copied })
  const [streams, dynamicStreams] = [listOf(nodes['streams']), listOf(nodes['dynamic_streams'])]
  cacheParents(streams)
  dynamicStreams.forEach(cacheResolver)
  return {
    streamsPath: 'streams',
    streams,
    dynamicStreams,
    discovery: undefined,
    check: nodes['check'],
    apiBudget: nodes['api_budget'],
    actions: [],
    concurrencyLevel: nodes['concurrency_level'],
    asyncJobCount: root['max_concurrent_async_job_count'],
    streamGroups: root['stream_groups'],
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
