import type { Hono } from 'hono'
import { version } from '../compose/version.ts'
import {
  type Clock,
  ConfigError,
  createHttpClient,
  createRedactor,
  type Redactor,
  readReference,
  resolveReference,
  secretStores,
  systemClock,
} from '../framework/index.ts'
import { parseConfigText } from '../framework/manifest/config.ts'
import { silentReporter } from '../framework/report.ts'
import { type OpenSync, openSync, type SyncSettings } from '../sync/open-sync.ts'
import type { ConnectDependencies, ServiceDependencies } from './dependencies.ts'
import { type RunTotals, SyncRunner } from './runner.ts'
import { createService } from './service.ts'

/** A service as it is described from outside. */
export interface ServiceSettings extends Omit<SyncSettings, 'accounts' | 'output'> {
  /** As of a sync; `env:CONNECTOR_ACCOUNTS` by default. */
  readonly accounts?: SyncSettings['accounts'] | undefined
  /** As of a sync; `env:CONNECTOR_OUTPUT` by default. */
  readonly output?: SyncSettings['output'] | undefined
  /** The secret that guards everything which changes something, or a reference to it; by default `env:CRON_SECRET`, when that is set. */
  readonly secret?: string | undefined
  /** Where browsers see the service; with it, and an app, people can connect accounts. */
  readonly publicUrl?: string | undefined
  readonly protectPage?: boolean | undefined
}

/** A service that is ready to answer. */
export interface OpenService {
  /** One request, one answer: what every platform can call. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly hono: Hono
  /** What its runs did so far. */
  readonly totals: Readonly<RunTotals>
  close(): Promise<void>
}

/**
 * Opens the registries and builds the service. What is not given comes from the environment: CONNECTOR_ACCOUNTS, CONNECTOR_OUTPUT,
 * CONNECTOR_CONFIG (JSON), CONNECTOR_SCHEMAS, CONNECTOR_PUBLIC_URL, CRON_SECRET. Throws ConfigError for settings that do not fit.
 */
export async function openService(given: ServiceSettings = {}): Promise<OpenService> {
  const settings = withEnvironment(given)
  const { clock = systemClock, redactor = createRedactor(), env = process.env, logger = { log: () => undefined } } = settings
  const secret = await secretOf(settings.secret, env)
  if (secret !== undefined) redactor.secret(secret)
  const publicUrl = settings.publicUrl === undefined ? undefined : plainUrl(settings.publicUrl)
  const loginUrl = publicUrl === undefined ? {} : { loginUrl: () => `${publicUrl}/connect` }
  const sync = await openSync({ ...settings, clock, redactor, env, logger, tokens: { ...loginUrl, ...settings.tokens } })
  const hasApp = sync.providers.some((provider) => Object.keys(sync.keeping(provider).apps ?? {}).length > 0)
  const runner = new SyncRunner(sync, clock)
  const dependencies: ServiceDependencies = {
    ...{ sync, secret, clock, logger, redact: redactor.redact, version: version() },
    deadlineSeconds: settings.deadlineSeconds,
    protectPage: settings.protectPage,
    connect: publicUrl !== undefined && hasApp ? connectOf(publicUrl, sync, { redactor, clock }) : undefined,
    warnings: () => sync.recipe.notices?.(sync.recipe.shared, clock.now()) ?? [],
  }
  const hono = createService(dependencies, runner)
  return { hono, totals: runner.totals, fetch: async (request) => hono.fetch(request), close: () => sync.close() }
}

function withEnvironment(settings: ServiceSettings): ServiceSettings & SyncSettings {
  const { env = process.env, config, publicUrl = env['CONNECTOR_PUBLIC_URL'] } = settings
  const text = env['CONNECTOR_CONFIG']
  return {
    ...settings,
    accounts: settings.accounts ?? 'env:CONNECTOR_ACCOUNTS',
    output: settings.output ?? 'env:CONNECTOR_OUTPUT',
    schemas: settings.schemas ?? (env['CONNECTOR_SCHEMAS'] ? 'env:CONNECTOR_SCHEMAS' : undefined),
    config: config ?? (text ? parseConfigText(text, 'CONNECTOR_CONFIG') : undefined),
    publicUrl: publicUrl === '' ? undefined : publicUrl,
  }
}

async function secretOf(given: string | undefined, env: NonNullable<SyncSettings['env']>): Promise<string | undefined> {
  if (given === undefined) return env['CRON_SECRET'] === '' ? undefined : env['CRON_SECRET']
  const stores = secretStores(env)
  return readReference(given, stores) ? resolveReference(given, 'the secret of the service', stores) : given
}

function connectOf(
  publicUrl: string,
  sync: OpenSync,
  { clock, redactor }: { readonly clock: Clock; readonly redactor: Redactor },
): ConnectDependencies {
  const places = sync.providers.flatMap((provider) => Object.values({ ...provider.hosts, ...sync.keeping(provider).hosts }))
  const openHttp = () =>
    createHttpClient({
      ...{ clock, redactor, userAgent: `connector/${version()}` },
      report: silentReporter,
      allowedOrigins: places.flatMap((url) => (url === undefined ? [] : [new URL(url).origin])),
    })
  return { publicUrl, openHttp, providers: sync.providers, access: sync.keeping }
}

/** Throws ConfigError ERR_PUBLIC_URL. */
function plainUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, '')
  throw new ConfigError('ERR_PUBLIC_URL', `the public URL is an address like https://example.com, not '${text}'`)
}
