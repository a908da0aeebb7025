import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { components } from '../../framework/components/index.ts'
import { asConnectorError, type ConfigError } from '../../framework/errors.ts'
import { customComponents } from '../../framework/manifest/custom-components.ts'
import { UNREGISTERED } from '../../framework/manifest/definition/build.ts'
import type { Config } from '../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { singleErrors } from '../../framework/manifest/definition/problems.ts'
import { loadManifest, type Manifest } from '../../framework/manifest/manifest.ts'
import { openConnector } from '../../framework/runtime/assembly/open-connector.ts'
import { sampleConfig } from '../../framework/runtime/assembly/validate.ts'
import { Run } from '../../framework/runtime/ports/run.ts'
import { createRunReporter } from '../../framework/runtime/read/run-reporter.ts'
import { cassetteClient } from './cassette-client.ts'
import type { Cassette } from './cassettes.ts'
import { catalogFacts } from './catalog-facts.ts'

/** What the reference says of a manifest. */
interface Golden {
  readonly connector: string
  readonly source_error: unknown
  readonly streams: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[] | null
}

/** How one manifest fares without a network. */
export interface ManifestResult {
  readonly connector: string
  /** Classes outside the language that it names. */
  readonly custom: readonly string[]
  /** Streams that can be read. */
  readonly streams: number
  /** Streams left out only because a class is not given. */
  readonly withoutCode: number
  /** Streams left out that the reference cannot build either: their schema stands in a file that is not there, or the config says nothing. */
  readonly unbuilt: number
  /** What is worse than in the reference: the manifest does not load, a stream cannot be built, the catalog differs. */
  readonly problems: readonly string[]
}

const language = createLanguage(components)
const nothingRecorded: Readonly<Record<string, unknown>> = {}

/** Every manifest of the corpus: loaded, built, discovered with the config of its recordings, and compared with the reference's catalog. */
export async function readCorpus(corpus: string, vectors: string, cassettes: readonly Cassette[]): Promise<readonly ManifestResult[]> {
  const file = join(vectors, 'corpus/manifest_golden.json')
  const goldens: readonly Golden[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
  const configs = new Map(cassettes.map(({ connector, config }) => [connector, config]))
  const results: ManifestResult[] = []
  for (const name of existsSync(corpus) ? readdirSync(corpus).filter((entry) => /\.ya?ml$/.test(entry)) : []) {
    const connector = name.replace(/\.ya?ml$/, '')
    const golden = goldens.find((entry) => entry.connector === connector)
    results.push(await readManifest(join(corpus, name), { connector, golden, config: configs.get(connector) }))
  }
  return results
}

interface Known {
  readonly connector: string
  readonly golden: Golden | undefined
  readonly config: Config | undefined
}

async function readManifest(file: string, { connector, golden, config }: Known): Promise<ManifestResult> {
  try {
    const manifest = loadManifest({ file, text: readFileSync(file, 'utf8') })
    const custom = customComponents(manifest, language).map(({ className }) => className)
    // A connector that the reference refuses as a whole is held to nothing but loading.
    if (golden?.source_error) return { connector, custom, streams: 0, withoutCode: 0, unbuilt: manifest.streams.length, problems: [] }
    return {
      connector,
      custom,
      ...(await discover(manifest, config ?? sampleOf(manifest), golden)),
    }
  } catch (thrown) {
    return { connector, custom: [], streams: 0, withoutCode: 0, unbuilt: 0, problems: [asConnectorError(thrown).message] }
  }
}

/** Manifests whose spec is a file of its own say nothing of their config. */
function sampleOf({ spec }: Manifest): Config {
  return { start_date: '2024-01-01T00:00:00Z', ...sampleConfig(spec.connectionSpecification, 'all') }
}

async function discover(manifest: Manifest, config: Config, golden: Golden | undefined) {
  const clock = { now: () => Date.UTC(2024, 2, 15, 12, 34, 56, 789) + 0.012, monotonic: () => 0, sleep: async () => undefined }
  const report = createRunReporter(new Run(clock, 'discover'), clock, { log: () => undefined })
  const connector = openConnector({ manifest, config, http: cassetteClient([]), clock, report })
  const bound = await connector.streams()
  const recorded = new Map((golden?.streams ?? []).filter((entry) => 'supported_sync_modes' in entry).map((entry) => [entry.name, entry]))
  const lacking = connector.broken.filter(({ error }) => isForCode(error))
  const others = connector.broken.filter(({ name, error }) => !isForCode(error) && recorded.has(name))
  const differing = bound.flatMap((entry) => {
    const { name, read_error: _, ...expected } = recorded.get(entry.info.name) ?? nothingRecorded
    return name === undefined || isDeepStrictEqual(catalogFacts(entry), expected) ? [] : [`${name}: its entry in the catalog differs`]
  })
  const known = new Set([...bound.map(({ info }) => info.name), ...connector.broken.map(({ name }) => name)])
  const missing = [...recorded.keys()].filter((name) => !known.has(name)).map((name) => `${name}: there is no such stream`)
  return {
    streams: bound.length,
    withoutCode: lacking.length,
    // Streams that the reference cannot build either are no problem of ours.
    unbuilt: connector.broken.length - lacking.length - others.length,
    problems: [...others.map(({ name, error }) => `${name}: ${error.message}`), ...differing, ...missing],
  }
}

function isForCode(error: ConfigError): boolean {
  return singleErrors(error).some(({ code }) => code === UNREGISTERED)
}
