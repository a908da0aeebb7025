import { randomUUID } from 'node:crypto'
import type { ConnectorPackage } from '../connectors/index.ts'
import { type Clock, systemClock } from '../framework/clock.ts'
import { components } from '../framework/components/index.ts'
import { defined } from '../framework/defined.ts'
import { StoppedError } from '../framework/errors.ts'
import { type ConnectorHttpClient, createHttpClient } from '../framework/http/create-client.ts'
import { createBudget } from '../framework/http/limits/budget.ts'
import { createRedactor, type Redactor } from '../framework/http/redaction/redaction.ts'
import { allowedHostsOf } from '../framework/manifest/allowed-hosts.ts'
import { prepareConfig } from '../framework/manifest/config.ts'
import type { Component, Config } from '../framework/manifest/definition/component.ts'
import { createLanguage } from '../framework/manifest/definition/language.ts'
import { loadManifest, type Manifest } from '../framework/manifest/manifest.ts'
import { runSignal } from '../framework/run-signal.ts'
import { buildConfigRules } from '../framework/runtime/assembly/config-rules.ts'
import { type Connector, openConnector } from '../framework/runtime/assembly/open-connector.ts'
import { Run } from '../framework/runtime/ports/run.ts'
import { createRunReporter, type Logger, type RunReporter } from '../framework/runtime/read/run-reporter.ts'
import { type ConnectorSource, findConnector } from './connector-source.ts'
import { allPackages } from './packages.ts'
import type { SecretContext } from './storage-url.ts'
import { version } from './version.ts'

/** What opens a connector. */
export interface SessionRequest {
  /** A product (`facebook_pages`), an id (`conn::…`) or the path of a manifest. */
  readonly connector: string
  /** Names the run in logs, rows and registries; sortable and unique. Made up by default, see {@link newRunId}. */
  readonly runId?: string | undefined
  /** Values may refer to secrets (`env:NAME`, `file:PATH`). */
  readonly config: Config
  /** Implementations of classes that the manifest names, beside those that come with the connector. */
  readonly components?: readonly Component[] | undefined
  /** Connectors besides those that come with this package. */
  readonly packages?: readonly ConnectorPackage[] | undefined
  /** Seconds after which the run stops in good order; waits for rate limits included. */
  readonly deadline?: number | undefined
  /** The run stops in good order before the request that would exceed this number. */
  readonly maxRequests?: number | undefined
  /** Aborting it stops the run in good order. */
  readonly signal?: AbortSignal | undefined
  /** Where log lines go; nowhere by default. */
  readonly logger?: Logger | undefined
  /** Knows what to mask; one of its own by default. */
  readonly redactor?: Redactor | undefined
  /** Where references to secrets are looked up; `process.env` by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly clock?: Clock | undefined
  /** Called with the whole config after the provider replaced credentials; persist it, or the new credentials are lost. */
  readonly onConfig?: ((config: Config, report: RunReporter) => void) | undefined
}

/** A connector opened for one run, with everything that belongs to the run. */
export interface Session extends SecretContext {
  readonly connector: Connector
  /** Names state and output when no connection does. */
  readonly product: string
  readonly run: Run
  readonly report: RunReporter
  readonly http: ConnectorHttpClient
  readonly clock: Clock
  /** Aborted by the caller's signal and by the deadline. */
  readonly signal: AbortSignal
  /** Lets go of connections and timers. */
  close(): void
}

const silent: Logger = { log: () => undefined }

/** Reads the manifest, prepares the config and opens the connector. Throws ConfigError before anything is sent. */
export async function openSession(request: SessionRequest): Promise<Session> {
  const { clock = systemClock, redactor = createRedactor(), env = process.env, config: given } = request
  const source = findConnector(request.connector, env, allPackages(request.packages))
  const manifest = loadManifest(source)
  const own = await source.package?.load()
  const more = [...(own?.components ?? []), ...(request.components ?? [])]
  const rules = buildConfigRules(manifest, createLanguage([...components, ...more]), given)
  const { config, secrets, migrated } = await prepareConfig(manifest, given, { env, rules })
  for (const secret of secrets) redactor.secret(secret)
  const run = new Run(clock, request.runId ?? newRunId(clock), own?.counters)
  const report = createRunReporter(run, clock, request.logger ?? silent)
  const deadline = startDeadline(request, clock)
  const { signal } = deadline
  try {
    const http = openHttp({ request, manifest, config, usage: own?.usage }, { clock, report, redactor, signal })
    const onConfig = (changed: Config): void => keepConfig(changed, request, report)
    if (migrated) onConfig(migrated)
    const layout = config['stream_layout'] === 'merged' ? 'merged' : 'per_account'
    const connector = openConnector({
      ...{ manifest, config, given: migrated ?? given, onConfig, components: more },
      ...{ http, clock, report, layout, signal },
    })
    const close = () => {
      deadline.clear()
      http.close()
    }
    return { connector, product: manifest.taxonomy?.product ?? manifest.name, run, report, http, redactor, env, clock, signal, close }
  } catch (thrown) {
    deadline.clear()
    throw thrown
  }
}

interface HttpContext {
  readonly request: SessionRequest
  readonly manifest: Manifest
  readonly config: Config
  readonly usage: Awaited<ReturnType<NonNullable<ConnectorSource['package']>['load']>>['usage']
}

type HttpDependencies = Pick<Session, 'clock' | 'report' | 'redactor' | 'signal'>

function openHttp({ request, manifest, config, usage }: HttpContext, dependencies: HttpDependencies): ConnectorHttpClient {
  const { maxRequests, deadline } = request
  return createHttpClient({
    ...dependencies,
    userAgent: `connector/${version()}`,
    budget: createBudget({
      clock: dependencies.clock,
      ...defined({ maxRequests, deadlineSeconds: deadline }),
    }),
    allowedOrigins: allowedOrigins(manifest, config, dependencies.clock),
    ...defined({ usageReader: usage }),
  })
}

/** Hosts of the manifest, and those that the config points to; undefined for foreign manifests, which name none. */
function allowedOrigins(manifest: Manifest, config: Config, clock: Clock): readonly string[] | undefined {
  const allowedHosts = allowedHostsOf(manifest, config, clock.now)
  if (!allowedHosts) return undefined
  // Connectors with several hosts have a base for each: base_url, instagram_base_url.
  const bases = Object.entries(config).filter(([field]) => /(?:^|_)base_url$/.test(field))
  const origins = bases.flatMap(([, base]) => (typeof base === 'string' && URL.canParse(base) ? [new URL(base).origin] : []))
  return [...allowedHosts, ...origins]
}

function keepConfig(config: Config, { onConfig }: SessionRequest, report: RunReporter): void {
  if (onConfig) onConfig(config, report)
  else report.log('warn', 'credentials in the config were replaced and will be lost: nobody listens to onConfig')
}

function startDeadline(
  { signal, deadline: after }: SessionRequest,
  clock: Clock,
): { readonly signal: AbortSignal; readonly clear: () => void } {
  const given = signal ?? new AbortController().signal
  if (after === undefined) return { signal: runSignal(given), clear: () => undefined }
  const deadline = new AbortController()
  const over = new AbortController()
  const reached = () => deadline.abort(new StoppedError('ERR_DEADLINE', `deadline of ${after} s reached; run again to resume`))
  // Rejected when the work is over first.
  clock.sleep(after * 1000, over.signal).then(reached, () => undefined)
  return { signal: runSignal(given, deadline.signal), clear: () => over.abort() }
}

const latest = { time: '', number: 0 }

/** Sorts by time; those of one millisecond in the order in which this process made them. A random tail keeps processes apart. */
export function newRunId(clock: Clock): string {
  const time = new Date(clock.now()).toISOString().replace(/[-:]/g, '').replace('.', '')
  latest.number = time === latest.time ? latest.number + 1 : 0
  latest.time = time
  return `${time}-${latest.number.toString(16).padStart(3, '0')}${randomUUID().slice(0, 5)}`
}
