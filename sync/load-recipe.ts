import type { ConnectorParts, SyncRecipe } from '../connectors/index.ts'
import { components } from '../framework/components/index.ts'
import { type AccountRecord, type Component, type Manifest, prepareConfig } from '../framework/index.ts'
import type { Config } from '../framework/manifest/definition/component.ts'
import { createLanguage } from '../framework/manifest/definition/language.ts'
import { buildConfigRules } from '../framework/runtime/assembly/config-rules.ts'

/** A recipe with what its connector is built of. Loaded once, used for every account and every run. */
export interface LoadedRecipe extends SyncRecipe {
  readonly manifest: Manifest
  /** Whose accounts can be read; undefined for manifests that do not say it: any. */
  readonly provider: string | undefined
  readonly components: readonly Component[]
  readonly usage: ConnectorParts['usage']
  readonly counters: ConnectorParts['counters']
  readonly notices: ConnectorParts['notices']
  /** What is the same for all accounts, validated, with defaults and secrets filled in. */
  readonly shared: Config
  /** Fields of `shared` that were given: they win over what the recipe says of an account. */
  readonly given: ReadonlySet<string>
  /** Values that must not appear in any output. */
  readonly secrets: readonly string[]
}

export interface RecipeSource {
  readonly manifest: Manifest
  readonly parts: ConnectorParts
  /** What every account's config has besides token and account: `api_version`, `app_secret`, `base_url`, … */
  readonly config?: Config
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Stands for any account while the config is checked. */
const anyone: AccountRecord = {
  id: '1',
  externalId: '1',
  provider: '',
  name: '',
  login: '',
  status: 'active',
  reason: undefined,
  owner: undefined,
  priority: 2,
  tokenExpiresAt: undefined,
  tokenCreatedAt: undefined,
  lastSyncedAt: undefined,
}

/** Throws ConfigError for a config that the connector does not take. */
export async function loadRecipe(recipe: SyncRecipe, { manifest, parts, config = {}, env }: RecipeSource): Promise<LoadedRecipe> {
  const known = manifest.spec.connectionSpecification['properties']
  const isKnown = (field: string) => typeof known !== 'object' || known === null || Object.hasOwn(known, field)
  const ownConfig: SyncRecipe['config'] = (account, today) =>
    Object.fromEntries(Object.entries(recipe.config(account, today)).filter(([field]) => isKnown(field)))
  const example = { access_token: 'any', ...ownConfig(anyone, '2026-01-01'), ...config }
  const rules = buildConfigRules(manifest, createLanguage([...components, ...parts.components]), example)
  const { config: shared, secrets } = await prepareConfig(manifest, example, { env, rules })
  return {
    ...recipe,
    config: ownConfig,
    manifest,
    provider: manifest.taxonomy?.provider,
    components: parts.components,
    usage: parts.usage,
    counters: parts.counters,
    notices: parts.notices,
    shared,
    given: new Set(Object.keys(config)),
    secrets: secrets.filter((secret) => secret !== 'any'),
  }
}

/** The config for one account: what was given for all stands, then what the recipe says, then defaults. */
export function accountConfig(recipe: LoadedRecipe, account: AccountRecord, { token, today }: { token: string; today: string }): Config {
  const own = Object.entries(recipe.config(account, today)).filter(([field]) => !recipe.given.has(field))
  return { ...recipe.shared, ...Object.fromEntries(own), access_token: token }
}
