import type { Clock } from '../../clock.ts'
import type { Action } from '../../components/actions/action.ts'
import type { CheckResult, CheckTarget, Observation } from '../../components/checks/check.ts'
import { diagnose } from '../../components/checks/diagnose.ts'
import { components } from '../../components/index.ts'
import type { Account } from '../../components/resolvers/discovery.ts'
import type { HttpClient } from '../../http/client.ts'
import type { BrokenStream } from '../../manifest/broken-stream.ts'
import type { Component, Config } from '../../manifest/definition/component.ts'
import { createLanguage } from '../../manifest/definition/language.ts'
import { createShared, type Shared } from '../../manifest/definition/shared.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { Reporter } from '../../report.ts'
import { type BoundStream, bindStreams, type ListedStream, type StreamLayout } from './bound-stream.ts'
import { type BuiltManifest, buildManifest } from './build-manifest.ts'
import { describeStreams } from './describe-streams.ts'
import { expandStreams } from './expand-streams.ts'
import { openConfig } from './live-config.ts'
import { probe } from './probe.ts'

export interface ConnectorOptions {
  readonly manifest: Manifest
  /** Validated, with secret references resolved. */
  readonly config: Config
  /** The config as it was given, references to secrets unresolved: what is handed on when it changes. `config` by default. */
  readonly given?: Config
  /** Told the whole config whenever credentials in it were replaced; what it misses is lost for the next run. */
  readonly onConfig?: (config: Config) => void
  /** Components of the connector's own, by name. */
  readonly components?: readonly Component[]
  readonly http: HttpClient
  /** What connectors of one run have in common, where a run opens several. */
  readonly shared?: Shared | undefined
  readonly clock: Clock
  readonly report: Reporter
  readonly layout?: StreamLayout
  readonly signal?: AbortSignal
}

/** A manifest with its config: ready to check, discover and read. */
export interface Connector {
  readonly manifest: Manifest
  /** Kinds of streams, in the order of the manifest; without those that a resolver makes. */
  readonly kinds: readonly string[]
  /** What can be written. */
  readonly actions: readonly Action[]
  /** Streams of a foreign manifest that cannot be built, and why; complete once `streams` was asked. */
  readonly broken: readonly BrokenStream[]
  /** Slices at the same time, when the manifest says so. */
  readonly concurrency: number | undefined
  /** What the token can see; asked once. undefined for connectors without discovery. */
  accounts(): Promise<readonly Account[] | undefined>
  /** Streams of every account, without their schemas, which some sources have to be asked for; discovery runs once. */
  listed(): Promise<readonly ListedStream[]>
  /** These of the listed streams with their schemas; those of foreign manifests whose schema cannot be had are left out into `broken`. */
  describe(listed: readonly ListedStream[]): Promise<readonly BoundStream[]>
  /** All listed streams, described. */
  streams(): Promise<readonly BoundStream[]>
  check(): Promise<CheckResult>
  /** What is wrong with the connection, and what will be within so many days. */
  diagnose(days: number): Promise<readonly Observation[]>
}

/** Builds everything once per run. Throws ConfigError for a manifest that cannot be built. */
export function openConnector(options: ConnectorOptions): Connector {
  const { manifest, config, http, clock, report, layout = 'per_account', signal } = options
  const language = createLanguage([...components, ...(options.components ?? [])])
  const { current, update } = openConfig(config, { given: options.given, publish: options.onConfig })
  const services = { http, clock, report, updateConfig: update, shared: options.shared ?? createShared() }
  const built = buildManifest(manifest, { language, config: current, services })
  for (const { message } of built.warnings) report.log('warn', message)
  const accounts = once(() => discoverAccounts(built, signal))
  const broken: BrokenStream[] = []
  const leaveOut = (lost: BrokenStream) => {
    if (broken.some(({ error }) => error === lost.error)) return
    broken.push(lost)
    report.log('warn', `stream ${lost.name} is left out: ${lost.error.message}`)
  }
  built.broken.forEach(leaveOut)
  const expanded = once(() => expandStreams(built, leaveOut, signal))
  const listed = once(async () => {
    const partitionField = built.discovery?.partitionField ?? 'account_id'
    const { all } = await expanded()
    return bindStreams(all, { layout, accounts: await accounts(), partitionField })
  })
  const describe = (streams: readonly ListedStream[]) => describeStreams(streams, manifest.dialect === 'native' ? undefined : leaveOut)
  const streams = once(async () => describe(await listed()))
  const target = async (): Promise<CheckTarget> => {
    const { all, groups } = await expanded()
    return {
      streamNames: all.map(({ name }) => name),
      dynamicStreams: groups,
      probe: async (name) => probe(await listed(), name),
      accounts,
    }
  }
  return {
    manifest,
    kinds: built.streams.map(({ name }) => name),
    actions: built.actions,
    broken,
    concurrency: built.concurrency,
    accounts,
    listed,
    describe,
    streams,
    check: async () => built.check.check(await target()),
    diagnose: async (days) => diagnose(built.check, await target(), days),
  }
}

async function discoverAccounts({ discovery }: BuiltManifest, signal: AbortSignal | undefined): Promise<readonly Account[] | undefined> {
  if (!discovery) return undefined
  const accounts: Account[] = []
  for await (const account of discovery.accounts(signal)) accounts.push(account)
  return accounts
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= work()
    return result
  }
}
