import { Action, actionRoots } from '../../components/actions/action.ts'
import { ApiBudget } from '../../components/api-budget/api-budget.ts'
import { createJobSlots } from '../../components/async-jobs/job-slots.ts'
import { Check } from '../../components/checks/check.ts'
import { Stream } from '../../components/read/stream.ts'
import { Discovery } from '../../components/resolvers/discovery.ts'
import { StreamSet } from '../../components/streams/stream-set.ts'
import { asConnectorError, ConfigError } from '../../errors.ts'
import { withCallRates } from '../../http/rated-client.ts'
import { type BrokenStream, orBroken } from '../../manifest/broken-stream.ts'
import { buildComponent, isNode, locateErrors, manifestError, type Node } from '../../manifest/definition/build.ts'
import type { BuildContext, Config, Language, Services } from '../../manifest/definition/component.ts'
import { integerOrTemplate } from '../../manifest/definition/fields.ts'
import { gatherProblems } from '../../manifest/definition/problems.ts'
import { createShared } from '../../manifest/definition/shared.ts'
import { filesBeside } from '../../manifest/document/manifest-files.ts'
import { idleJobs } from '../../manifest/idle-services.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import { readStreamGroups } from '../../manifest/stream-groups.ts'
import { buildDynamic, type DynamicGroup } from './expand-dynamic-streams.ts'

/** Everything a run needs, built once. */
export interface BuiltManifest {
  readonly streams: readonly Stream[]
  /** More streams, known once their resolvers were asked; foreign manifests only. */
  readonly dynamic: readonly DynamicGroup[]
  /** Only in foreign manifests; in ours one broken stream breaks the manifest. */
  readonly broken: readonly BrokenStream[]
  readonly discovery: Discovery | undefined
  readonly check: Check
  /** What can be written; manifests of ours only. */
  readonly actions: readonly Action[]
  /** How many slices may be read at once, when the manifest says so. */
  readonly concurrency: number | undefined
  readonly warnings: readonly ConfigError[]
}

export interface BuildOptions {
  readonly language: Language
  /** Validated, with secret references resolved. */
  readonly config: Config
  /** `shared` by default: what the components of this manifest have in common, and nobody else. */
  readonly services: Omit<Services, 'shared'> & Partial<Pick<Services, 'shared'>>
}

/**
 * Builds the components of a manifest. Throws one ConfigError that lists everything wrong with a manifest of ours;
 * of a foreign manifest only the streams concerned are left out.
 */
export function buildManifest(manifest: Manifest, options: BuildOptions): BuiltManifest {
  const warnings = [...manifest.warnings]
  const base: BuildContext = {
    ...options,
    services: { shared: createShared(), ...options.services },
    dialect: manifest.dialect,
    files: filesBeside(manifest.file),
    jobs: idleJobs,
    parameters: {},
    roots: [],
    path: '',
    locate: manifest.locate,
    warn: once((warning) => warnings.push(warning)),
  }
  const context = { ...withBudget(manifest, base), jobs: createJobSlots(jobCountOf(manifest, base)) }
  const built = manifest.dialect === 'native' ? buildNative(manifest, context) : buildForeign(manifest, context)
  const groups = readStreamGroups(manifest.streamGroups, manifest.streams, context)
  return { ...built, streams: built.streams.map((stream) => ({ ...stream, groups: groups.get(stream.name) ?? [] })), warnings }
}

/** Every request of the manifest keeps to its `api_budget`. */
function withBudget({ apiBudget }: Manifest, context: BuildContext): BuildContext {
  if (apiBudget === undefined || apiBudget === null) return context
  const rates = buildComponent(ApiBudget, apiBudget, { ...context, path: 'api_budget' })
  return { ...context, services: { ...context.services, http: withCallRates(context.services.http, rates) } }
}

/** Manifests that tools wrote repeat a mistake thousands of times; the first place is enough. */
function once(warn: (warning: ConfigError) => void): (warning: ConfigError) => void {
  const seen = new Set<string>()
  return (warning) => {
    const what = warning.message.slice(warning.context.manifest_path?.length ?? 0).replace(/ \([^()]*:\d+:\d+\)$/, '')
    if (!seen.has(what)) warn(warning)
    seen.add(what)
  }
}

type Built = Omit<BuiltManifest, 'warnings'>

function buildNative(manifest: Manifest, context: BuildContext): Built {
  const problems = gatherProblems()
  const inTemplates = { ...context, roots: manifest.discovery === undefined ? [] : ['account'] }
  const built = stationed(manifest, inTemplates)
    .flatMap((entry) => problems.attempt(() => unfold(entry)) ?? [])
    .flatMap(({ node, at }) => problems.attempt(() => [buildComponent(Stream, node, at)]) ?? [])
  const streams = distinct(built, (stream) => problems.add(twice(stream.name, manifest, context)))
  const check = problems.attempt(() => buildComponent(Check, manifest.check, { ...context, path: 'check' }))
  const discovery =
    manifest.discovery === undefined
      ? undefined
      : problems.attempt(() => buildComponent(Discovery, manifest.discovery, { ...context, path: 'streams.discovery' }))
  const actions = manifest.actions.flatMap(
    (node, index) =>
      problems.attempt(() => [buildComponent(Action, node, { ...context, roots: actionRoots, path: `actions[${index}]` })]) ?? [],
  )
  problems.throwAny()
  if (!check) throw new TypeError('a manifest without problems has a check')
  return { streams, dynamic: [], broken: [], discovery, check, actions, concurrency: concurrencyOf(manifest, context) }
}

function buildForeign(manifest: Manifest, context: BuildContext): Built {
  const broken: BrokenStream[] = []
  const sort = <T>({ node, at }: Stationed, build: () => readonly T[]) => {
    const name = isNode(node) && typeof node['name'] === 'string' ? node['name'] : at.path
    return orBroken(build, (error) => broken.push({ name, error })) ?? []
  }
  const built = stationed(manifest, context)
    .flatMap((entry) => sort(entry, () => unfold(entry)))
    .flatMap((entry) => sort(entry, () => [buildComponent(Stream, entry.node, entry.at)]))
  const streams = distinct(built, (stream) => broken.push({ name: stream.name, error: twice(stream.name, manifest, context) }))
  const dynamic = buildDynamic(manifest.dynamicStreams, context, (entry) => broken.push(entry))
  const concurrency = concurrencyOf(manifest, context)
  return { streams, dynamic, broken, discovery: undefined, check: buildCheck(manifest, context), actions: [], concurrency }
}

interface Stationed {
  readonly node: unknown
  readonly at: BuildContext
}

/** The stream nodes with their places. */
function stationed(manifest: Manifest, context: BuildContext): readonly Stationed[] {
  return manifest.streams.map((node, index) => ({ node, at: { ...context, path: `${manifest.streamsPath}[${index}]` } }))
}

/** `ConditionalStreams` stands for the streams in it when its condition holds for this config, else for none. */
function unfold({ node, at }: Stationed): readonly Stationed[] {
  if (!isNode(node) || !at.language.family(StreamSet).some(({ type }) => type === node['type'])) return [{ node, at }]
  const { nodes } = buildComponent(StreamSet, node, at)
  return nodes.map((stream, index) => ({ node: stream, at: { ...at, path: `${at.path}.streams[${index}]` } }))
}

function distinct(streams: readonly Stream[], report: (stream: Stream) => void): readonly Stream[] {
  const seen = new Set<string>()
  return streams.filter((stream) => {
    if (seen.has(stream.name)) report(stream)
    return !seen.has(stream.name) && seen.add(stream.name)
  })
}

function twice(name: string, manifest: Manifest, context: BuildContext): ConfigError {
  const nodes = manifest.streams.filter((node): node is Node => isNode(node) && node['name'] === name)
  const node = nodes[1]
  return manifestError({ ...context, path: manifest.streamsPath }, `stream '${name}' is defined twice`, node && { node })
}

/** A check that cannot be built fails when it is asked for; reading continues without it. */
function buildCheck(manifest: Manifest, context: BuildContext): Check {
  const at = { ...context, path: 'check' }
  try {
    return buildComponent(Check, manifest.check, at)
  } catch (thrown) {
    const error = asConnectorError(thrown)
    if (!(error instanceof ConfigError)) throw thrown
    return { check: () => Promise.reject(error) }
  }
}

function concurrencyOf({ concurrencyLevel: node }: Manifest, context: BuildContext): number | undefined {
  if (!isNode(node) || node['default_concurrency'] === undefined) return undefined
  const at = { ...context, path: 'concurrency_level' }
  const read = (key: string) => locateErrors(() => integerOrTemplate({ description: key }).build(node[key], at), at, { node, key })
  const wanted = read('default_concurrency')
  return node['max_concurrency'] === undefined ? wanted : Math.min(wanted, read('max_concurrency'))
}

/** As many jobs as the reference has under way unless a manifest says otherwise. */
const DEFAULT_JOBS = 1

function jobCountOf({ asyncJobCount: node }: Manifest, context: BuildContext): number {
  if (node === undefined || node === null) return DEFAULT_JOBS
  const at = { ...context, path: 'max_concurrent_async_job_count' }
  const count = locateErrors(() => integerOrTemplate({ description: 'Jobs at the same time.' }).build(node, at), at, { node: {} })
  if (count >= 1) return count
  throw manifestError(at, `expected at least 1, found ${count}`)
}
