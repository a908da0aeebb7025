import { randomUUID } from 'node:crypto'
import { systemClock } from '../framework/clock.ts'
import { components } from '../framework/components/index.ts'
import { StoppedError } from '../framework/errors.ts'
import { createBudget } from '../framework/http/budget.ts'
import { type ConnectorHttpClient, createHttpClient } from '../framework/http/create-client.ts'
import type { Redactor } from '../framework/http/redaction.ts'
import type { Config } from '../framework/manifest/component.ts'
import { prepareConfig } from '../framework/manifest/config.ts'
import { buildConfigRules } from '../framework/manifest/config-rules.ts'
import { createLanguage } from '../framework/manifest/language.ts'
import { loadManifest, type Manifest } from '../framework/manifest/manifest.ts'
import { type Connector, openConnector } from '../framework/runtime/open-connector.ts'
import { Run } from '../framework/runtime/run.ts'
import { createRunReporter, type RunReporter } from '../framework/runtime/run-reporter.ts'
import { type Invocation, text } from './command.ts'
import { readConfigFile } from './config-file.ts'
import { keepConfig } from './config-keeping.ts'
import { findConnector } from './connector-source.ts'
import { seconds, wholeNumber } from './numbers.ts'
import { createLogger } from './output/log.ts'
import { ownComponents } from './own-components.ts'
import { redactor } from './redact.ts'
import { version } from './version.ts'

/** A connector opened by a command, with everything that belongs to this run. */
export interface Session {
  readonly connector: Connector
  /** Names state and output when `--connection` does not. */
  readonly product: string
  readonly run: Run
  readonly report: RunReporter
  readonly http: ConnectorHttpClient
  readonly redactor: Redactor
  /** Aborted by signals, a closed stdout and the deadline. */
  readonly signal: AbortSignal
  /** Where log lines for people go from now on. */
  printTo(print: (line: string) => void): void
}

/** Reads manifest and config and opens the connector. Throws ConfigError before anything is sent. */
export async function openSession(invocation: Invocation): Promise<Session> {
  const { argument, options, io } = invocation
  const source = findConnector(argument, io.env)
  const manifest = loadManifest(source)
  const given = readConfigFile(text(options, 'config'))
  const own = await source.package?.load()
  const more = [...(own?.components ?? []), ...(await ownComponents(invocation))]
  const rules = buildConfigRules(manifest, createLanguage([...components, ...more]), given)
  const { config, secrets, migrated } = await prepareConfig(manifest, given, { env: io.env, rules })
  for (const secret of secrets) redactor.secret(secret)
  const run = new Run(systemClock, runId(systemClock.now()))
  // While a picture is drawn on the terminal, lines go through it; see `printTo`.
  let print = (line: string): void => void io.stderr.write(`${line}\n`)
  const logger = await createLogger({
    stream: io.stderr,
    clock: systemClock,
    redact: redactor.redact,
    level: options['debug'] === true ? 'debug' : 'info',
    env: io.env,
    print: (line) => print(line),
  })
  const report = createRunReporter(run, systemClock, logger)
  const deadlineSeconds = seconds(options, 'deadline')
  const signal = deadlineSeconds === undefined ? io.signal : withDeadline(io.signal, deadlineSeconds)
  const maxRequests = wholeNumber(options, 'maxRequests')
  const origins = allowedOrigins(manifest, config)
  const http = createHttpClient({
    clock: systemClock,
    report,
    redactor,
    signal,
    userAgent: `connector/${version()}`,
    budget: createBudget({
      clock: systemClock,
      ...(maxRequests === undefined ? {} : { maxRequests }),
      ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
    }),
    allowedOrigins: origins,
    ...(own?.usage ? { usageReader: own.usage } : {}),
  })
  const layout = config['stream_layout'] === 'merged' ? 'merged' : 'per_account'
  const onConfig = keepConfig(invocation, { clock: systemClock, report })
  if (migrated) onConfig(migrated)
  const connector = openConnector({
    manifest,
    config,
    given: migrated ?? given,
    onConfig,
    components: more,
    http,
    clock: systemClock,
    report,
    layout,
    signal,
  })
  const product = manifest.taxonomy?.product ?? manifest.name
  const printTo = (target: typeof print) => {
    print = target
  }
  return { connector, product, run, report, http, redactor, signal, printTo }
}

/** Hosts of the manifest, and those that the config points to; undefined for foreign manifests, which name none. */
function allowedOrigins({ runtime: { allowedHosts } }: Manifest, config: Config): readonly string[] | undefined {
  if (!allowedHosts) return undefined
  // Connectors with several hosts have a base for each: base_url, instagram_base_url.
  const bases = Object.entries(config).filter(([field]) => /(?:^|_)base_url$/.test(field))
  const origins = bases.flatMap(([, base]) => (typeof base === 'string' && URL.canParse(base) ? [new URL(base).origin] : []))
  return [...allowedHosts, ...origins]
}

function withDeadline(signal: AbortSignal, after: number): AbortSignal {
  const deadline = new AbortController()
  const reached = () => deadline.abort(new StoppedError('ERR_DEADLINE', `the deadline of ${after} s is reached; run again to go on`))
  // The timer must not keep a finished process alive.
  setTimeout(reached, after * 1000).unref()
  return AbortSignal.any([signal, deadline.signal])
}

/** Sorts by time; the tail keeps runs of one millisecond apart. */
function runId(now: number): string {
  return `${new Date(now).toISOString().replace(/[-:]/g, '').replace('.', '')}-${randomUUID().slice(0, 8)}`
}
