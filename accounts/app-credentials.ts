import { type Clock, ConfigError, type LoginFamily, type SecretStores, secretStores } from '../framework/index.ts'
import type { AppCredentials, GraphAccess } from './graph.ts'
import { secretText } from './secret-text.ts'

export interface AppSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly stores?: SecretStores
  readonly secret: (value: string) => void
}

const NAMES = { facebook: 'FACEBOOK', instagram: 'INSTAGRAM' } as const

/**
 * The apps of both logins from CONNECTOR_FACEBOOK_APP_ID, CONNECTOR_FACEBOOK_APP_SECRET and the same with INSTAGRAM; a secret may be a
 * reference. Throws ConfigError ERR_APP_CREDENTIALS_MISSING when an app has only one of the two, ERR_SECRET_UNRESOLVED.
 */
export async function appsOf({ env, clock, secret, ...given }: AppSources): Promise<NonNullable<GraphAccess['apps']>> {
  const stores = { ...secretStores(env, clock), ...given.stores }
  const read = async (login: LoginFamily): Promise<AppCredentials | undefined> => {
    const [id, key] = [`CONNECTOR_${NAMES[login]}_APP_ID`, `CONNECTOR_${NAMES[login]}_APP_SECRET`]
    const { [id]: clientId, [key]: reference } = env
    if (!clientId && !reference) return undefined
    if (!clientId || !reference) {
      const [has, lacks] = clientId ? [id, key] : [key, id]
      throw new ConfigError('ERR_APP_CREDENTIALS_MISSING', `${has} is set and ${lacks} is not: an app needs both`)
    }
    return { clientId, clientSecret: await secretText(reference, { what: key, stores, secret }) }
  }
  const [facebook, instagram] = [await read('facebook'), await read('instagram')]
  return { ...(facebook ? { facebook } : {}), ...(instagram ? { instagram } : {}) }
}
