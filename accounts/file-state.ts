import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type AccountStatus, ConfigError, errnoOf, replaceFile } from '../framework/index.ts'

/** What the program remembers of an account of a file: beside the list, so that the list stays the work of people. */
export interface AccountState {
  readonly status?: AccountStatus
  readonly reason?: string
  readonly lastSyncedAt?: string
  readonly token?: KeptToken
  /** A new token that was not yet tried, sealed with its dates. */
  readonly candidate?: string
}

export interface KeptToken {
  /** Sealed; absent when the token itself stands where the list says. */
  readonly sealed?: string
  /** {@link fingerprint} of the token that the sealed one replaced: when another one stands there now, that one is newer. */
  readonly replaces?: string
  /** {@link fingerprint} of the token that the dates belong to. */
  readonly of: string
  readonly createdAt?: string
  readonly expiresAt?: string
}

export type AccountStates = Readonly<Record<string, AccountState>>

/** Tells tokens apart without showing them; tokens are long and random, so the hash gives nothing away. */
export function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 22)
}

/** Throws ConfigError ERR_ACCOUNTS_FILE when the file is damaged: tokens may stand in it, so nothing is started over silently. */
export async function readStates(path: string): Promise<AccountStates> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    const { version, accounts } = value as Readonly<Record<string, unknown>>
    if (version === 1 && typeof accounts === 'object' && accounts !== null) return accounts as AccountStates
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return {}
    if (!(cause instanceof SyntaxError) && !(cause instanceof TypeError)) throw cause
  }
  const message = `${path} is damaged or of another version. Restore it, or remove it and add the accounts that have no reference again.`
  throw new ConfigError('ERR_ACCOUNTS_FILE', message)
}

/** Only the owner may read the file. */
export function writeStates(path: string, accounts: AccountStates): Promise<void> {
  return replaceFile(path, `${JSON.stringify({ version: 1, accounts }, null, 2)}\n`)
}
