import { constants } from 'node:fs'
import { access, readFile, realpath, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type AccountToken,
  ConfigError,
  ConnectorError,
  defined,
  errnoOf,
  readReference,
  replaceFile,
  type SecretStores,
} from '../framework/index.ts'
import { noToken } from './account-errors.ts'
import type { AccountEntry } from './file-document.ts'
import { type AccountState, fingerprint, type KeptToken } from './file-state.ts'
import { candidateText, readCandidate } from './token-candidate.ts'
import { isSealed, type TokenCipher } from './token-cipher.ts'

export interface TokenPlace {
  readonly entry: AccountEntry
  readonly state: AccountState
  readonly stores: SecretStores
  readonly cipher: TokenCipher
}

/**
 * The token of an account of a file. A token that the list refers to counts until it was replaced; the replacement counts until another
 * token than the replaced one stands there, which is then a newer login.
 */
export async function readToken(place: TokenPlace): Promise<AccountToken> {
  const { entry, state, cipher } = place
  const kept = state.token
  const listed = await listedToken(place).catch((thrown) => {
    // What the reference named may be gone once its replacement is kept here.
    if (kept?.sealed === undefined || fileOf(entry) !== undefined) throw thrown
    return undefined
  })
  const replaced = kept?.sealed !== undefined && (listed === undefined || kept.replaces === fingerprint(listed))
  const token = replaced ? cipher.open(kept?.sealed ?? '', entry.externalId) : listed
  if (token === undefined) throw noToken(entry.externalId)
  const known = kept?.of === fingerprint(token)
  return {
    accessToken: token,
    createdAt: known ? kept.createdAt : entry.tokenCreatedAt,
    expiresAt: known ? kept.expiresAt : entry.tokenExpiresAt,
  }
}

/** The dates as a listing shows them, without a look at the token. */
export function listedDates({ token, tokenCreatedAt, tokenExpiresAt }: AccountEntry, state: AccountState): KeptToken | undefined {
  if (state.token) return state.token
  if (token === undefined) return undefined
  return {
    of: '',
    ...defined({ createdAt: tokenCreatedAt, expiresAt: tokenExpiresAt }),
  }
}

/** What stands where the list says; undefined when it says nothing. */
async function listedToken({ entry, stores, cipher }: TokenPlace): Promise<string | undefined> {
  const { token, externalId } = entry
  if (token === undefined) return undefined
  const reference = isSealed(token) ? undefined : readReference(token, stores)
  if (!reference) return cipher.open(token, externalId)
  try {
    return (await reference.store(reference.rest)).trim()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the token of account ${externalId} cannot be read: ${reason}`
    const context = { account_id: externalId }
    if (cause instanceof ConnectorError && cause.failureType === 'transient_error') {
      throw new ConnectorError(cause.code, message, { cause, context, failureType: 'transient_error' })
    }
    throw new ConfigError('ERR_ACCOUNT_TOKEN_UNREADABLE', message, { cause, context })
  }
}

/** True for a token that the list holds itself, in plain text. */
export const isPlain = (token: string, stores: SecretStores): boolean => !isSealed(token) && readReference(token, stores) === undefined

/** The path of a `file:` reference. */
export function fileOf({ token }: AccountEntry): string | undefined {
  return token?.startsWith('file:') ? token.slice('file:'.length) : undefined
}

/** Throws before a token is asked for that could not be kept. */
export async function requireWritable({ entry, cipher }: TokenPlace): Promise<void> {
  const path = fileOf(entry)
  if (path === undefined) return cipher.requireWritable()
  try {
    await access(dirname(await realpath(path)), constants.W_OK)
  } catch (cause) {
    const message = `a new token of account ${entry.externalId} cannot be kept: the folder of ${path} is not writable (${errnoOf(cause)})`
    throw new ConfigError('ERR_ACCOUNT_TOKEN_READ_ONLY', message, { cause, context: { account_id: entry.externalId } })
  }
}

/** Puts a new token in its place: into the file that the list refers to, else sealed into the state. Gives what the state says of it. */
export async function storeToken(place: TokenPlace, token: AccountToken, before: AccountToken): Promise<KeptToken> {
  const { entry, state, cipher } = place
  const path = fileOf(entry)
  const dates = datesOf(token)
  if (path !== undefined) {
    await replaceFile(await realpath(path), `${token.accessToken}\n`)
    return dates
  }
  const sealed = cipher.seal(token.accessToken, entry.externalId)
  if (entry.token === undefined) return { ...dates, sealed }
  // After a second replacement it is still the token of the list that is replaced.
  const replaces = state.token?.of === fingerprint(before.accessToken) ? state.token.replaces : undefined
  return { ...dates, sealed, replaces: replaces ?? fingerprint(before.accessToken) }
}

export function datesOf({ accessToken, createdAt, expiresAt }: AccountToken): KeptToken {
  return {
    of: fingerprint(accessToken),
    ...defined({ createdAt, expiresAt }),
  }
}

/** A candidate lies as safe as the token: beside the file that holds it, else sealed in the state. */
export async function readKeptCandidate({ entry, state, cipher }: TokenPlace): Promise<AccountToken | undefined> {
  const path = fileOf(entry)
  if (path === undefined) return state.candidate === undefined ? undefined : readCandidate(cipher.open(state.candidate, entry.externalId))
  try {
    return readCandidate(await readFile(await candidatePath(path), 'utf8'))
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

/** Gives what the state has to say of the candidate. */
export async function keepCandidate({ entry, cipher }: TokenPlace, candidate: AccountToken | undefined): Promise<string | undefined> {
  const path = fileOf(entry)
  if (path === undefined) return candidate && cipher.seal(candidateText(candidate), entry.externalId)
  const beside = await candidatePath(path)
  if (candidate) await replaceFile(beside, candidateText(candidate))
  else await rm(beside, { force: true })
  return undefined
}

const candidatePath = async (path: string): Promise<string> => `${await realpath(path)}.new`
