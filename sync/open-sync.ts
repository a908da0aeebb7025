import { dirname, join } from 'node:path'
import { appsOf } from '../accounts/app-credentials.ts'
import { openAccountRegistry } from '../accounts/open.ts'
import { findConnector } from '../compose/connector-source.ts'
import { storageUrl } from '../compose/storage-url.ts'
import { version } from '../compose/version.ts'
import { openDestinations } from '../destinations/open.ts'
import type { TableLayout } from '../destinations/tables/table-plan.ts'
import { destinationForms } from '../destinations/url-forms.ts'
import {
  type AccountRegistry,
  type Clock,
  ConfigError,
  createRedactor,
  type Logger,
  loadManifest,
  type Redactor,
  type StateRegistry,
  suggest,
  systemClock,
} from '../framework/index.ts'
import type { Config } from '../framework/manifest/definition/component.ts'
import { formsText, withoutForm } from '../framework/url-forms.ts'
import { openSchemaRegistry } from '../schemas/open.ts'
import { openStateRegistry } from '../state/open.ts'
import { liveToken, type TokenKeeping } from './live-token.ts'
import { type LoadedRecipe, loadRecipe } from './load-recipe.ts'
import { connectorRecipe, recipes } from './recipe.ts'
import type { SyncSummary } from './summary.ts'
import { type SyncRequest, syncAccounts } from './sync-accounts.ts'
import type { SyncOptions } from './sync-options.ts'

/** A sync as it is described from outside: where accounts, rows and states are, and what is read. */
export interface SyncSettings extends SyncOptions {
  /** `file:accounts.yaml`, `postgres://…` or `env:NAME`; or a registry that the caller opened and closes. */
  readonly accounts: string | AccountRegistry
  /** `jsonl:DIR`, `duckdb:FILE`, `postgres://…` or `env:NAME`. */
  readonly output: string | readonly string[]
  /** A state registry; by default the database of the accounts, or a folder `state` beside their file. */
  readonly state?: string | StateRegistry | undefined
  /** A schema registry, `file:DIR`, `postgres://…` or `env:NAME`: drift is told then, in the summary and on the status page. */
  readonly schemas?: string | undefined
  /** `posts` by default, or `insights`. */
  readonly recipe?: string | undefined
  /** Another connector instead of a recipe, and the kinds of its streams. */
  readonly connector?: string | undefined
  readonly select?: readonly string[] | undefined
  /** What every account's config has besides token and account; values may refer to secrets. */
  readonly config?: Config | undefined
  readonly tables?: TableLayout | undefined
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
  /** Where the provider is found, when the config says another place. */
  readonly hosts: NonNullable<TokenKeeping['hosts']>
  /** One run; options given here win. Throws what concerns the run as a whole, see {@link syncAccounts}. */
  run(options?: SyncOptions & { readonly signal?: AbortSignal }): Promise<SyncSummary>
  close(): Promise<void>
}

const silent: Logger = { log: () => undefined }

/** Opens the registries and loads the recipe. Throws ConfigError before anything is sent. */
export async function openSync(settings: SyncSettings): Promise<OpenSync> {
  const { clock = systemClock, redactor = createRedactor(), env = process.env, logger = silent } = settings
  const ambient = { env, redactor }
  const recipe = await openRecipe(settings, env)
  const signal = settings.signal ?? new AbortController().signal
  const outputs = (typeof settings.output === 'string' ? [settings.output] : settings.output).map((url) => storageUrl(url, ambient))
  if (outputs.length === 0 || outputs.some((url) => url === 'stdout' || url === '-')) {
    throw new ConfigError(
      'ERR_OUTPUT_URL',
      `a sync writes its rows to ${formsText(withoutForm(destinationForms, 'stdout'))}; stdout is for its summary`,
    )
  }
  const given = typeof settings.accounts === 'string' ? storageUrl(settings.accounts, ambient) : settings.accounts
  const opened = await openRegistries(given, settings, { clock, env, redactor })
  const { accounts, states, schemas } = opened
  const apps = settings.tokens?.apps ?? (await appsOf({ env, clock, secret: redactor.secret }))
  const keeping = { ...keepingOf(settings, recipe), apps }
  const request: SyncRequest = {
    ...{ accounts, recipe, states, schemas, clock, logger, redactor },
    token: liveToken({ registry: accounts, keeping, clock, logger, signal }),
    output: ({ state, lease }) =>
      openDestinations(outputs, {
        ...{ stdout: process.stdout, redact: redactor.redact, state, registry: 'committed', lease, clock },
        tables: settings.tables ?? 'shared',
      }),
    signal,
    allowedOrigins: Object.values(settings.tokens?.hosts ?? {})
      .filter((host) => URL.canParse(host))
      .map((host) => new URL(host).origin),
    userAgent: `connector/${version()}`,
  }
  const { concurrency, maxRequests, deadlineSeconds, pauseSeconds, minAgeSeconds, only } = settings
  const usual = { concurrency, maxRequests, deadlineSeconds, pauseSeconds, minAgeSeconds, only }
  return {
    accounts,
    recipe,
    hosts: keeping.hosts,
    run: (options = {}) => syncAccounts({ ...request, ...usual, ...options }),
    close: opened.close,
  }
}

/** Where the connector finds the API tokens are replaced too. */
function keepingOf({ tokens = {} }: SyncSettings, { shared }: LoadedRecipe) {
  const text = (field: string) => (typeof shared[field] === 'string' ? shared[field] : undefined)
  const [facebook, instagram, version] = [text('base_url'), text('instagram_base_url'), text('api_version')]
  const hosts = { ...(facebook ? { facebook } : {}), ...(instagram ? { instagram } : {}), ...tokens.hosts }
  return { ...(version ? { version } : {}), ...tokens, hosts }
}

/** Throws ConfigError ERR_RECIPE_UNKNOWN. */
async function openRecipe({ recipe: name = 'posts', connector, select = [], config }: SyncSettings, env: NonNullable<SyncSettings['env']>) {
  const shipped = recipes.find((recipe) => recipe.name === name)
  if (!shipped && connector === undefined) {
    const known = recipes.map((recipe) => recipe.name)
    throw new ConfigError('ERR_RECIPE_UNKNOWN', `unknown recipe '${name}'; ${suggest(name, known)}. --connector reads any other connector`)
  }
  const recipe = connector === undefined && shipped ? shipped : connectorRecipe(connector ?? '', select)
  const source = findConnector(recipe.connector, env)
  const parts = (await source.package?.load()) ?? { components: [] }
  return loadRecipe(recipe, { manifest: loadManifest(source), parts, env, ...(config ? { config } : {}) })
}

type Surroundings = Required<Pick<SyncSettings, 'clock' | 'env' | 'redactor'>> & {
  clock: Clock
  env: NodeJS.ProcessEnv
  redactor: Redactor
}

async function openRegistries(given: string | AccountRegistry, settings: SyncSettings, { clock, env, redactor }: Surroundings) {
  const stateUrl = settings.state ?? (typeof given === 'string' ? stateBeside(given) : undefined)
  if (stateUrl === undefined) throw new ConfigError('ERR_STATE_URL', 'a sync with a registry of accounts of its own needs `state`')
  const isOwn = typeof given === 'string'
  const accounts = isOwn ? await openAccountRegistry(given, { clock, env, secret: redactor.secret }) : given
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
