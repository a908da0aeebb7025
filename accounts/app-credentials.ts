import { type AppCredentials, type Clock, ConfigError, type SecretStores, secretStores, type TokenProvider } from '../framework/index.ts'
import { secretText } from './secret-text.ts'

export interface AppSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly stores?: SecretStores
  readonly secret: (value: string) => void
}

/** Names of the environment that describe the app of a login. */
export function appVariables(login: string): { readonly id: string; readonly secret: string } {
  const stem = `CONNECTOR_${login.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_APP`
  return { id: `${stem}_ID`, secret: `${stem}_SECRET` }
}

/**
 * The apps of all logins, from CONNECTOR_<LOGIN>_APP_ID and CONNECTOR_<LOGIN>_APP_SECRET; a secret may be a reference.
 * Throws ConfigError ERR_APP_CREDENTIALS_MISSING when an app has only one of the two, ERR_SECRET_UNRESOLVED.
 */
export async function appsOf(
  providers: readonly Pick<TokenProvider, 'logins'>[],
  { env, clock, secret, ...given }: AppSources,
): Promise<Readonly<Record<string, AppCredentials>>> {
  const stores = { ...secretStores(env, clock), ...given.stores }
  const apps: Record<string, AppCredentials> = {}
  for (const { name } of providers.flatMap(({ logins }) => logins)) {
    const variables = appVariables(name)
    const { [variables.id]: clientId, [variables.secret]: reference } = env
    if (!clientId && !reference) continue
    if (!clientId || !reference) {
      const [has, lacks] = clientId ? [variables.id, variables.secret] : [variables.secret, variables.id]
      throw new ConfigError('ERR_APP_CREDENTIALS_MISSING', `${has} is set and ${lacks} is not: an app needs both`)
    }
    apps[name] = { clientId, clientSecret: await secretText(reference, { what: variables.secret, stores, secret }) }
  }
  return apps
}
