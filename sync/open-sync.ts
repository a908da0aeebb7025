import { dirname, join } from 'node:path'
import { appsOf } from '../accounts/app-credentials.ts'
import { openAccountRegistry } from '../accounts/open.ts'
import { allPackages, tokenProvidersOf } from '../compose/packages.ts'
import { storageUrl } from '../compose/storage-url.ts'
import { version } from '../compose/version.ts'
import { checkOutputs } from '../compose/writes.ts'
import type { ConnectorPackage } from '../connectors/index.ts'
import { openDestinations } from '../destinations/open.ts'
import type { TableLayout } from '../destinations/tables/table-plan.ts'
import { destinationForms } from '../destinations/url-forms.ts'
import { defined } from '../framework/defined.ts'
import {
  type AccountRegistry,
  type AccountRegistryDefinition,
  type Clock,
  ConfigError,
  createRedactor,
  defineAccountRegistry,
  type Logger,
  loadManifest,
  type Redactor,
  type StateRegistry,
  systemClock,
  type TokenProvider,
} from '../framework/index.ts'
import type { Config } from '../framework/manifest/definition/component.ts'
import { formsText, withoutForm } from '../framework/url-forms.ts'
import { learnSchemas } from '../schemas/learn.ts'
import { openSchemaRegistry } from '../schemas/open.ts'
import { openStateRegistry } from '../state/open.ts'
import { type ChoiceContext, chooseRecipe, type RecipeChoice } from './choose-recipe.ts'
import { liveToken, type TokenKeeping } from './live-token.ts'
import { type LoadedRecipe, loadRecipe } from './load-recipe.ts'
import type { SyncSummary } from './summary.ts'
import { type SyncRequest, syncAccounts } from './sync-accounts.ts'
import type { SyncOptions } from './sync-options.ts'

/** A sync as it is described from outside: where accounts, rows and states are, and what is read. */
export interface SyncSettings extends SyncOptions {
  /** `file:accounts.yaml`, `postgres://…` or `env:NAME`; or a registry that the caller opened and closes. */
  readonly accounts: string | AccountRegistryDefinition
  /** `jsonl:DIR`, `duckdb:FILE`, `postgres://…` or `env:NAME`. */
  readonly output: string | readonly string[]
  /** A state registry; by default the database of the accounts, or a folder `state` beside their file. */
  readonly state?: string | StateRegistry | undefined
  /** A schema registry, `file:DIR`, `postgres://…` or `env:NAME`: drift is told then, in the summary and on the status page. */
  readonly schemas?: string | undefined
  /** A recipe of a package: `posts` by default. */
  readonly recipe?: string | undefined
  /** Another connector instead of a recipe, and the kinds of its streams. */
  readonly connector?: string | undefined
  readonly select?: readonly string[] | undefined
  /** What every account's config has besides token and account; values may refer to secrets. */
  readonly config?: Config | undefined
  readonly tables?: TableLayout | undefined
  /** Seconds to wait for a DuckDB file that another process holds; 10 by default. */
  readonly lockTimeout?: number | undefined
  /** Connectors besides those that come with this package, with their recipes and token providers. */
  readonly packages?: readonly ConnectorPackage[] | undefined
  /** Apps of the logins and, for the sandbox and proxies, their hosts: for tokens that have to be replaced. */
  readonly tokens?: TokenKeeping | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly clock?: Clock | undefined
  readonly logger?: Logger | undefined
  readonly redactor?: Redactor | undefined
  readonly signal?: AbortSignal | undefined
}

/** A sync that can be run again and again. */
export interface OpenSync {
  readonly accounts: AccountRegistry
  readonly recipe: LoadedRecipe
  /** Who keeps the tokens of accounts alive. */
  readonly providers: readonly TokenProvider[]
  /** How the tokens of a provider are asked about. */
  keeping(provider: TokenProvider): TokenKeeping
  /**
   * One run; options given here win, another recipe among them. Throws what concerns the run as a whole, see {@link syncAccounts};
   * ConfigError ERR_RECIPE_UNKNOWN.
   */
  run(
    options?: SyncOptions & Pick<SyncRequest, 'begun' | 'failed'> & { readonly recipeName?: string; readonly signal?: AbortSignal },
  ): Promise<SyncSummary>
  close(): Promise<void>
}

const silent: Logger = { log: () => undefined }

/** Opens the registries and loads the recipe. Throws ConfigError before anything is sent. */
export async function openSync(settings: SyncSettings): Promise<OpenSync> {
  const { clock = systemClock, redactor = createRedactor(), env = process.env, logger = silent } = settings
  const ambient = { env, redactor, report: logger }
  const packages = allPackages(settings.packages)
  const providers = await tokenProvidersOf(packages)
  const open = (choice: RecipeChoice) => openRecipe(choice, settings, { packages, env })
  const recipe = await open(settings)
  const signal = settings.signal ?? new AbortController().signal
  const outputs = outputsOf(settings, ambient)
  const abilityFor = (write: SyncOptions['write']) => checkOutputs(outputs, { write })
  abilityFor(settings.write)
  const given = typeof settings.accounts === 'string' ? storageUrl(settings.accounts, ambient) : settings.accounts
  const opened = await openRegistries(given, settings, { clock, env, redactor, providers })
  const { accounts, states, schemas } = opened
  const apps = settings.tokens?.apps ?? (await appsOf(providers, { env, clock, secret: redactor.secret }))
  const keeping = (provider: TokenProvider) => keepingOf(provider, { ...settings.tokens, apps }, recipe)
  const tokens = { registry: accounts, clock, logger, signal }
  const requestFor = (chosen: LoadedRecipe): SyncRequest => {
    const provider = providers.find(({ name }) => name === chosen.provider)
    const kept = provider && keepingOf(provider, { ...settings.tokens, apps }, chosen)
    return {
      ...{ accounts, recipe: chosen, states, schemas, clock, logger, redactor, signal },
      token: provider && kept && liveToken({ ...tokens, provider, keeping: kept }),
      output: ({ state, lease }) =>
        openDestinations(outputs, {
          ...{ stdout: process.stdout, redact: redactor.redact, state, registry: 'committed', lease, clock },
          tables: settings.tables ?? 'shared',
          lockTimeoutMs: settings.lockTimeout === undefined ? undefined : settings.lockTimeout * 1000,
          learnSchemas,
        }),
      allowedOrigins: [...Object.values(settings.tokens?.hosts ?? {}), ...(provider ? apiHosts(provider) : [])].flatMap(originOf),
      userAgent: `connector/${version()}`,
    }
  }
  const { concurrency, maxRequests, deadlineSeconds, pauseSeconds, minAgeSeconds, only, write, fullRefresh } = settings
  const usual = { concurrency, maxRequests, deadlineSeconds, pauseSeconds, minAgeSeconds, only, write, fullRefresh }
  const requests = new Map([[recipe.name, Promise.resolve(requestFor(recipe))]])
  const named = (name: string): Promise<SyncRequest> => {
    const known = requests.get(name) ?? open({ recipe: name }).then(requestFor)
    requests.set(name, known)
    known.catch(() => requests.delete(name))
    return known
  }
  return {
    accounts,
    recipe,
    providers,
    keeping,
    run: async ({ recipeName: name = recipe.name, ...options } = {}) => {
      const request = { ...(await named(name)), ...usual, ...options }
      return syncAccounts({ ...request, ability: abilityFor(request.write) })
    },
    close: opened.close,
  }
}

/** Throws ConfigError ERR_OUTPUT_URL for stdout and for no place at all. */
function outputsOf({ output }: SyncSettings, context: Parameters<typeof storageUrl>[1]): readonly string[] {
  const outputs = (typeof output === 'string' ? [output] : output).map((url) => storageUrl(url, context))
  if (outputs.length > 0 && !outputs.some((url) => url === 'stdout' || url === '-')) return outputs
  const places = formsText(withoutForm(destinationForms, 'stdout'))
  throw new ConfigError('ERR_OUTPUT_URL', `a sync writes its rows to ${places}; stdout is for its summary`)
}

/** Where the connector finds the API, tokens are replaced too. */
function keepingOf(provider: TokenProvider, tokens: TokenKeeping, { shared, provider: own }: LoadedRecipe): TokenKeeping {
  const places = provider.name === own ? provider.placesOf(shared) : {}
  return { ...places, ...tokens, hosts: { ...places.hosts, ...tokens.hosts } }
}

/** Hosts that tokens are sent to: not those that only people visit. */
function apiHosts({ hosts, logins }: TokenProvider): readonly string[] {
  const dialogs = logins.map(({ dialog }) => dialog)
  return Object.entries(hosts).flatMap(([name, url]) => (dialogs.includes(name) ? [] : [url]))
}

const originOf = (url: string | undefined): readonly string[] => (url !== undefined && URL.canParse(url) ? [new URL(url).origin] : [])

/** Throws ConfigError ERR_RECIPE_UNKNOWN. */
async function openRecipe(choice: RecipeChoice, { config }: SyncSettings, surroundings: ChoiceContext): Promise<LoadedRecipe> {
  const { recipe, source } = await chooseRecipe(choice, surroundings)
  const parts = (await source.package?.load()) ?? { components: [] }
  return loadRecipe(recipe, { manifest: loadManifest(source), parts, env: surroundings.env, ...defined({ config }) })
}

interface RegistryContext {
  readonly clock: Clock
  readonly env: NodeJS.ProcessEnv | Readonly<Record<string, string | undefined>>
  readonly redactor: Redactor
  readonly providers: readonly TokenProvider[]
}

async function openRegistries(given: string | AccountRegistryDefinition, settings: SyncSettings, context: RegistryContext) {
  const { clock, env, redactor, providers } = context
  const stateUrl = settings.state ?? (typeof given === 'string' ? stateBeside(given) : undefined)
  if (stateUrl === undefined) throw new ConfigError('ERR_STATE_URL', 'a sync with a registry of accounts of its own needs `state`')
  const isOwn = typeof given === 'string'
  const accounts = isOwn
    ? await openAccountRegistry(given, { clock, env, secret: redactor.secret, providers })
    : defineAccountRegistry(given)
  const opened: { close(): Promise<void> }[] = isOwn ? [accounts] : []
  const close = async () => {
    for (const registry of opened.toReversed()) await registry.close()
  }
  const own = <T extends { close(): Promise<void> }>(registry: T): T => {
    opened.push(registry)
    return registry
  }
  const at = (url: string) => storageUrl(url, { env, redactor })
  try {
    const states = typeof stateUrl === 'string' ? own(await openStateRegistry(at(stateUrl), { clock, env })) : stateUrl
    const schemas = settings.schemas === undefined ? undefined : own(await openSchemaRegistry(at(settings.schemas), { clock }))
    return { accounts, states, schemas, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** The database of the accounts, so that rows and states may be committed together; or a folder beside their file. */
function stateBeside(accounts: string): string {
  if (!accounts.startsWith('file:')) return accounts
  const path = accounts.slice('file:'.length)
  return path.startsWith('//') ? `file:${join(dirname(new URL(accounts).pathname), 'state')}` : `file:${join(dirname(path), 'state')}`
}
