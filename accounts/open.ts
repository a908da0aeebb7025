import { fileURLToPath } from 'node:url'
import { type AccountRegistry, type Clock, ConfigError, localSecretStores, type SecretStores, suggest } from '../framework/index.ts'
import { type CipherOptions, createTokenCipher } from './token-cipher.ts'

export interface AccountRegistryOptions extends CipherOptions {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  /** Stores of references besides `env:` and `file:`. */
  readonly stores?: SecretStores
  /** Told every token that is read or written, so that no output shows it. */
  readonly secret: (value: string) => void
}

/** Forms of URL that {@link openAccountRegistry} takes. */
export const accountRegistryForms: readonly string[] = ['file:accounts.yaml', 'postgres://…']

/**
 * Opens a registry: `file:accounts.yaml` (references to tokens, for development) or `postgres://…` (encrypted tokens, for production).
 * Throws ConfigError ERR_ACCOUNTS_URL, ERR_ACCOUNTS_KEY_INVALID.
 */
export async function openAccountRegistry(url: string, options: AccountRegistryOptions): Promise<AccountRegistry> {
  const { clock, env, secret } = options
  const cipher = createTokenCipher(options)
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') {
    const { postgresAccountRegistry } = await import('./postgres.ts')
    return postgresAccountRegistry(url, { clock, cipher, secret })
  }
  if (scheme === 'file') {
    const { fileAccountRegistry } = await import('./file.ts')
    return fileAccountRegistry(pathOf(url), { clock, cipher, secret, stores: { ...localSecretStores(env), ...options.stores } })
  }
  const advice = `${suggest(scheme, ['file', 'postgres', 'postgresql'])} (${accountRegistryForms.join(', ')})`
  throw new ConfigError('ERR_ACCOUNTS_URL', `no account registry for ${JSON.stringify(url)}: unknown scheme '${scheme}'; ${advice}`)
}

function pathOf(url: string): string {
  const path = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length)
  if (path === '') throw new ConfigError('ERR_ACCOUNTS_URL', `${url} names no file; write file:accounts.yaml`)
  return path
}
