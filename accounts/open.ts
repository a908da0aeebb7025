import { fileURLToPath } from 'node:url'
import {
  type AccountRegistry,
  byScheme,
  type Clock,
  ConfigError,
  leaseTime,
  type SecretStores,
  secretStores,
  type TokenProvider,
} from '../framework/index.ts'
import { secretText } from './secret-text.ts'
import { type CipherOptions, createTokenCipher } from './token-cipher.ts'
import { accountRegistryForms } from './url-forms.ts'

/**
 * `key` and `oldKeys` are keys or references to them (`env:NAME`, `file:PATH`, `aws-sm://NAME#KEY`); what is not given comes from
 * CONNECTOR_ACCOUNTS_KEY, CONNECTOR_ACCOUNTS_OLD_KEYS (comma separated) and CONNECTOR_PLAIN_TEXT_TOKENS=allowed.
 */
export interface AccountRegistryOptions extends CipherOptions {
  readonly clock: Clock
  /** Also for CONNECTOR_LEASE_SECONDS: how long a token's replacement may take before another process begins one. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Stores of references besides `env:`, `file:` and `aws-sm:`. */
  readonly stores?: SecretStores
  /** Called with every key, and every token that is read or written, so that no output shows it. */
  readonly secret: (value: string) => void
  /** With them, providers and logins in files are checked. */
  readonly providers?: readonly TokenProvider[] | undefined
}

/** What both kinds of registry need. */
interface RegistryDependencies {
  readonly clock: Clock
  readonly holdMs: number
  readonly cipher: ReturnType<typeof createTokenCipher>
  readonly secret: (value: string) => void
  readonly stores: SecretStores
  readonly providers: readonly TokenProvider[] | undefined
}
type Open = (url: string, dependencies: RegistryDependencies) => Promise<AccountRegistry>

const postgres: Open = async (url, dependencies) => (await import('./postgres.ts')).postgresAccountRegistry(url, dependencies)

/** Every kind of registry of accounts; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<keyof typeof accountRegistryForms, Open>> = {
  file: async (url, dependencies) => (await import('./file.ts')).fileAccountRegistry(pathOf(url), dependencies),
  postgres,
  postgresql: postgres,
}

/**
 * Opens a registry: `file:accounts.yaml` (references to tokens, for development) or `postgres://…` (encrypted tokens, for production).
 * Throws ConfigError ERR_ACCOUNTS_URL, ERR_ACCOUNTS_KEY_INVALID, ERR_SECRET_UNRESOLVED, ERR_LEASE_TIME.
 */
export async function openAccountRegistry(url: string, options: AccountRegistryOptions): Promise<AccountRegistry> {
  const { clock, env, secret, providers } = options
  const stores = { ...secretStores(env, clock), ...options.stores }
  const cipher = createTokenCipher(await cipherOptions(options, stores))
  const kind = { what: 'account registry', code: 'ERR_ACCOUNTS_URL', forms: accountRegistryForms }
  return byScheme(schemes, url, kind)(url, { clock, holdMs: leaseTime(env), cipher, secret, stores, providers })
}

async function cipherOptions({ env, secret, ...given }: AccountRegistryOptions, stores: SecretStores): Promise<CipherOptions> {
  const oldKeys = given.oldKeys ?? (env['CONNECTOR_ACCOUNTS_OLD_KEYS'] ?? '').split(',').filter((key) => key.trim() !== '')
  const read = (text: string) => secretText(text.trim(), { what: 'the key of the accounts', stores, secret })
  const key = given.key ?? env['CONNECTOR_ACCOUNTS_KEY']
  return {
    key: key ? await read(key) : undefined,
    oldKeys: await Promise.all(oldKeys.map(read)),
    plainText: given.plainText ?? (env['CONNECTOR_PLAIN_TEXT_TOKENS'] === 'allowed' ? 'allowed' : 'refused'),
  }
}

function pathOf(url: string): string {
  const path = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length)
  if (path === '') throw new ConfigError('ERR_ACCOUNTS_URL', `${url} names no file; write file:accounts.yaml`)
  return path
}
