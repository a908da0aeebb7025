import { type ConnectorSource, findConnector } from '../compose/connector-source.ts'
import { providerName, recipesOf } from '../compose/packages.ts'
import type { ConnectorPackage, SyncRecipe } from '../connectors/index.ts'
import { type AccountRecord, type Config, ConfigError, suggest } from '../framework/index.ts'

/** What is read of each account, and with which connector. */
export interface ChosenRecipe {
  readonly recipe: SyncRecipe
  readonly source: ConnectorSource
}

export interface RecipeChoice {
  /** A recipe of a package. */
  readonly recipe?: string | undefined
  /** Another connector instead, and the kinds of its streams. */
  readonly connector?: string | undefined
  readonly select?: readonly string[] | undefined
}

export interface ChoiceContext {
  readonly packages: readonly ConnectorPackage[]
  readonly env: Readonly<Record<string, string | undefined>>
}

export const DEFAULT_RECIPE = 'posts'

/** Throws ConfigError ERR_RECIPE_UNKNOWN, and what finding the connector throws. */
export async function chooseRecipe(choice: RecipeChoice, { packages, env }: ChoiceContext): Promise<ChosenRecipe> {
  const { recipe: name = DEFAULT_RECIPE, connector, select = [] } = choice
  if (connector !== undefined) {
    const source = findConnector(connector, env, packages)
    return { recipe: connectorRecipe(connector, { select, accountConfig: accountConfigOf(source, packages) }), source }
  }
  const offered = await recipesOf(packages)
  const found = offered.find(({ recipe }) => recipe.name === name)
  if (found) return { recipe: found.recipe, source: findConnector(found.package.id, env, packages) }
  const known = offered.map(({ recipe }) => recipe.name)
  throw new ConfigError('ERR_RECIPE_UNKNOWN', `unknown recipe '${name}'; ${suggest(name, known)}. --connector reads any other connector`)
}

/** Of the connector's package, or of another package of its provider. */
function accountConfigOf(source: ConnectorSource, packages: readonly ConnectorPackage[]): SyncRecipe['config'] {
  const provider = source.package
    ? providerName(source.package)
    : (/^id:\s*["']?(\S+?)["']?\s*$/m.exec(source.text)?.[1] ?? '').split('::')[3]
  const kin = packages.find((entry) => entry.accountConfig !== undefined && providerName(entry) === provider)
  return source.package?.accountConfig ?? kin?.accountConfig ?? plainConfig
}

/** For connectors that do not say what they have to be told of an account. */
function plainConfig({ externalId, login }: AccountRecord): Config {
  return { account_id: externalId, account_ids: [externalId], login_type: login }
}

interface ConnectorChoice {
  readonly select: readonly string[]
  readonly accountConfig: SyncRecipe['config']
}

function connectorRecipe(connector: string, { select, accountConfig }: ConnectorChoice): SyncRecipe {
  return { name: connector, select, noun: 'posts', config: accountConfig }
}
