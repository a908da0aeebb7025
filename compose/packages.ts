import { requireDistinctLogins } from '../accounts/token-providers.ts'
import { type ConnectorPackage, connectors, type SyncRecipe } from '../connectors/index.ts'
import { ConfigError } from '../framework/errors.ts'
import type { TokenProvider } from '../framework/runtime/ports/token-provider.ts'

/** The packages that come with this one, and `own` ones. Throws ConfigError ERR_PACKAGE_TWICE for an id or a product that is there already. */
export function allPackages(own: readonly ConnectorPackage[] = []): readonly ConnectorPackage[] {
  const all = [...connectors, ...own]
  const twice = all.find((entry, index) => all.findIndex(({ id, product }) => id === entry.id || product === entry.product) !== index)
  if (twice)
    throw new ConfigError(
      'ERR_PACKAGE_TWICE',
      `there are two connectors '${twice.product}' (${twice.id}); give yours another product and id`,
    )
  return all
}

/** Whose API a connector reads, by its id. */
export const providerName = ({ id }: Pick<ConnectorPackage, 'id'>): string => id.split('::')[3] ?? ''

/** What keeps tokens alive, one for each provider. Throws ConfigError ERR_LOGIN_TWICE. */
export async function tokenProvidersOf(packages: readonly ConnectorPackage[]): Promise<readonly TokenProvider[]> {
  const byProvider = new Map<string, ConnectorPackage>()
  for (const entry of packages) {
    if (entry.tokenProvider && !byProvider.has(providerName(entry))) byProvider.set(providerName(entry), entry)
  }
  const found = await Promise.all([...byProvider.values()].map((entry) => entry.tokenProvider?.()))
  const providers = found.filter((provider) => provider !== undefined)
  requireDistinctLogins(providers)
  return providers
}

export interface OfferedRecipe {
  readonly recipe: SyncRecipe
  readonly package: ConnectorPackage
}

/** What a sync can be told to read, by name. */
export async function recipesOf(packages: readonly ConnectorPackage[]): Promise<readonly OfferedRecipe[]> {
  const lists = await Promise.all(packages.map(async (entry) => ({ entry, recipes: (await entry.recipes?.()) ?? [] })))
  return lists.flatMap(({ entry, recipes }) => recipes.map((recipe) => ({ recipe, package: entry })))
}
