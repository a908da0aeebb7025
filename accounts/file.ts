import { resolve } from 'node:path'
import {
  type AccountFilter,
  type AccountRecord,
  type AccountRegistry,
  type AccountToken,
  type Clock,
  ConnectorError,
  defineAccountRegistry,
  defined,
  fileNameOf,
  LEASE_MS,
  type NewAccount,
  type SecretStores,
  type TokenProvider,
} from '../framework/index.ts'
import { idTaken, unknownAccount } from './account-errors.ts'
import { filterAccounts } from './account-filter.ts'
import { type AccountDocument, type AccountEntry, readAccountDocument } from './file-document.ts'
import { withFileLock } from './file-lock.ts'
import { appendLog, readLog } from './file-log.ts'
import { type AccountState, type AccountStates, readStates, writeStates } from './file-state.ts'
import {
  datesOf,
  fileOf,
  isPlain,
  keepCandidate,
  listedDates,
  readKeptCandidate,
  readToken,
  requireWritable,
  storeToken,
  type TokenPlace,
} from './file-tokens.ts'
import { busy, overtaken } from './holder.ts'
import { isSealed, type TokenCipher } from './token-cipher.ts'

export interface FileAccountsOptions {
  readonly clock: Clock
  readonly cipher: TokenCipher
  /** How long a lock may be held before another process takes it; milliseconds, five minutes by default. */
  readonly holdMs?: number
  /** Resolve the references in the list. */
  readonly stores: SecretStores
  /** Told every token that is read, so that no output shows it. */
  readonly secret: (value: string) => void
  /** With them, providers and logins of the list are checked. */
  readonly providers?: readonly TokenProvider[] | undefined
}

interface Loaded {
  readonly document: AccountDocument
  readonly states: AccountStates
}

/**
 * Keeps accounts in a YAML file for people (`accounts.yaml`), and beside it what the program knows of them (`accounts.state.json`: status,
 * dates, tokens that replaced others, encrypted) and the log (`accounts.log.jsonl`). `id` is the `externalId`.
 */
export function fileAccountRegistry(file: string, options: FileAccountsOptions): AccountRegistry {
  const { cipher, stores } = options
  const files = accountFiles(resolve(file), options)
  const { statePath, logPath, load, exclusively, remember } = files
  return defineAccountRegistry({
    list: (filter) => list(files, filter),
    find: async (id) => {
      const { document, states } = await load()
      const entry = document.entries.find(({ externalId }) => externalId === id)
      return entry && recordOf(entry, states[id] ?? {})
    },
    save: (account, token) => exclusively(() => save(files, options, { account, token })),
    remove: (id) =>
      exclusively(async () => {
        const { document, states } = await load()
        if (!document.remove(id)) return false
        const { [id]: _, ...others } = states
        await document.save()
        await writeStates(statePath, others)
        return true
      }),
    token: (id) => currentToken(files, options, id),
    replaceToken: (id, work) => replaceToken(files, options, { id, work }),
    rotateKey: () => exclusively(async () => rotate(await load(), { cipher, stores, write: (states) => writeStates(statePath, states) })),
    setStatus: (id, status, reason) => remember(id, ({ state: { reason: _, ...state } }) => ({ ...state, status, ...defined({ reason }) })),
    markSynced: (id, at) =>
      remember(id, ({ state }) => ({ ...state, lastSyncedAt: later(state.lastSyncedAt, new Date(at).toISOString()) })),
    log: (entry) => exclusively(() => appendLog(logPath, entry)),
    logs: (query) => readLog(logPath, query),
    close: async () => undefined,
  })
}

/** The list of accounts and the files beside it. */
interface AccountFiles {
  readonly path: string
  readonly statePath: string
  readonly logPath: string
  load(): Promise<Loaded>
  /** Throws ConnectorError ERR_ACCOUNT_UNKNOWN. */
  placeOf(loaded: Loaded, id: string): TokenPlace
  /** Works while no other process writes these files. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** Changes what is remembered of an account, from what stands there now. */
  remember(id: string, change: (place: TokenPlace) => AccountState | Promise<AccountState>): Promise<void>
}

function accountFiles(path: string, { clock, cipher, stores, providers, holdMs = LEASE_MS }: FileAccountsOptions): AccountFiles {
  const stem = path.replace(/\.ya?ml$/i, '')
  const [statePath, logPath] = [`${stem}.state.json`, `${stem}.log.jsonl`]
  let known: AccountDocument | undefined
  const load = async (): Promise<Loaded> => {
    known = await readAccountDocument(path, { known, providers })
    return { document: known, states: await readStates(statePath) }
  }
  const placeOf = ({ document, states }: Loaded, id: string): TokenPlace => {
    const entry = document.entries.find(({ externalId }) => externalId === id)
    if (!entry) throw unknownAccount(id, path)
    return { entry, state: states[id] ?? {}, stores, cipher }
  }
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const inUse = () => new ConnectorError('ERR_ACCOUNT_BUSY', `${path} is in use by another process`, { failureType: 'transient_error' })
    return withFileLock({ path: `${path}.lock`, clock, holdMs, busy: inUse }, work)
  }
  const remember: AccountFiles['remember'] = (id, change) =>
    exclusively(async () => {
      const loaded = await load()
      const state = await change(placeOf(loaded, id))
      await writeStates(statePath, { ...loaded.states, [id]: state })
    })
  return { path, statePath, logPath, load, placeOf, exclusively, remember }
}

async function list({ load }: AccountFiles, filter: AccountFilter = {}): Promise<readonly AccountRecord[]> {
  const { document, states } = await load()
  const all = document.entries.map((entry) => recordOf(entry, states[entry.externalId] ?? {}))
  return filterAccounts(all.sort(byNeed), filter)
}

interface Login {
  readonly account: NewAccount
  readonly token: AccountToken
}

async function save({ path, statePath, load }: AccountFiles, options: FileAccountsOptions, login: Login): Promise<AccountRecord> {
  const { account, token } = login
  options.secret(token.accessToken)
  const { document, states } = await load()
  const taken = document.entries.find(({ externalId, provider }) => externalId === account.externalId && provider !== account.provider)
  if (taken) throw idTaken(account.externalId, { provider: taken.provider, place: path })
  const entry = entryFor(account, document)
  const { reason: _, candidate: __, ...state } = states[entry.externalId] ?? {}
  const sealed = account.tokenReference === undefined ? { sealed: options.cipher.seal(token.accessToken, entry.externalId) } : {}
  const next: AccountState = { ...state, status: 'active', token: { ...datesOf(token), ...sealed } }
  document.put(entry)
  // The token first: an account in the list without a token would be of no use.
  await writeStates(statePath, { ...states, [entry.externalId]: next })
  await document.save()
  return recordOf(entry, next)
}

async function currentToken({ load, placeOf }: AccountFiles, { secret }: FileAccountsOptions, id: string): Promise<AccountToken> {
  const token = await readToken(placeOf(await load(), id))
  secret(token.accessToken)
  return token
}

interface Exchange {
  readonly id: string
  readonly work: Parameters<AccountRegistry['replaceToken']>[1]
}

async function replaceToken(files: AccountFiles, options: FileAccountsOptions, exchange: Exchange): Promise<AccountToken> {
  const { clock, holdMs = LEASE_MS } = options
  const { id } = exchange
  const place = files.placeOf(await files.load(), id)
  await requireWritable(place)
  // Accounts may share the file of a token: it has one lock.
  const name = fileNameOf(fileOf(place.entry) ?? id)
  const lock = { path: `${files.path}.${name}.lock`, clock, holdMs, busy: (holder: string) => busy(id, holder) }
  return withFileLock(lock, () => replaceLocked(files, options, exchange))
}

async function replaceLocked(files: AccountFiles, options: FileAccountsOptions, { id, work }: Exchange): Promise<AccountToken> {
  const { load, placeOf, remember } = files
  const { secret } = options
  const place = placeOf(await load(), id)
  const before = await currentToken(files, options, id)
  const candidate = await readKeptCandidate(place)
  if (candidate) secret(candidate.accessToken)
  const keep = (token: AccountToken | undefined) =>
    remember(id, async (now) => {
      if (token) secret(token.accessToken)
      const kept = await keepCandidate(now, token)
      const { candidate: _, ...state } = now.state
      return kept === undefined ? state : { ...state, candidate: kept }
    })
  const token = await work({ current: before, candidate, keep })
  if (token === undefined) return currentToken(files, options, id)
  secret(token.accessToken)
  await remember(id, async (now) => {
    // A new login came in between: it is the better one.
    if ((await readToken(now)).accessToken !== before.accessToken) throw overtaken(id)
    const stored = await storeToken(now, token, before)
    await keepCandidate(now, undefined)
    const { candidate: _, ...state } = now.state
    return withoutNeed({ ...state, token: stored })
  })
  return token
}

const later = (a: string | undefined, b: string): string => (a !== undefined && a > b ? a : b)

function withoutNeed({ status, reason, ...state }: AccountState): AccountState {
  if (status !== 'needs_login') return { ...state, ...defined({ status, reason }) }
  return { ...state, status: 'active' }
}

/** The list keeps what the caller does not speak of. */
function entryFor(
  { externalId, provider, name, login, owner, priority, tokenReference }: NewAccount,
  document: AccountDocument,
): AccountEntry {
  const before = document.entries.find((entry) => entry.externalId === externalId)
  return {
    externalId,
    provider,
    name,
    login,
    owner: owner ?? before?.owner,
    priority: priority ?? before?.priority ?? 2,
    token: tokenReference,
    tokenCreatedAt: undefined,
    tokenExpiresAt: undefined,
  }
}

function recordOf(entry: AccountEntry, state: AccountState): AccountRecord {
  const dates = listedDates(entry, state)
  const { externalId, provider, name, login, owner, priority } = entry
  return {
    id: externalId,
    externalId,
    provider,
    name,
    login,
    status: state.status ?? 'active',
    reason: state.reason,
    owner,
    priority,
    tokenExpiresAt: dates?.expiresAt,
    tokenCreatedAt: dates?.createdAt,
    lastSyncedAt: state.lastSyncedAt,
  }
}

function byNeed(a: AccountRecord, b: AccountRecord): number {
  const synced = (record: AccountRecord) => record.lastSyncedAt ?? ''
  return a.priority - b.priority || compare(synced(a), synced(b)) || compare(a.externalId, b.externalId)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

interface Rotation {
  readonly cipher: TokenCipher
  readonly stores: SecretStores
  readonly write: (states: AccountStates) => Promise<void>
}

async function rotate({ document, states }: Loaded, { cipher, stores, write }: Rotation): Promise<number> {
  cipher.requireWritable()
  const resealed = (sealed: string, id: string) => (cipher.isCurrent(sealed) ? sealed : cipher.seal(cipher.openAny(sealed, id), id))
  const next = Object.entries(states).map(([id, state]): readonly [string, AccountState] => {
    const token = state.token?.sealed === undefined ? state.token : { ...state.token, sealed: resealed(state.token.sealed, id) }
    const candidate = state.candidate === undefined ? undefined : resealed(state.candidate, id)
    return [id, { ...state, ...defined({ token, candidate }) }]
  })
  const written = next.filter(([id, state]) => JSON.stringify(state) !== JSON.stringify(states[id])).map(([id]) => id)
  // Tokens that stand in the list itself, sealed or plain.
  for (const entry of document.entries) {
    const { token, externalId } = entry
    if (token === undefined || !(isSealed(token) || isPlain(token, stores)) || cipher.isCurrent(token)) continue
    document.put({ ...entry, token: resealed(token, externalId) })
    written.push(externalId)
  }
  await write(Object.fromEntries(next))
  await document.save()
  return new Set(written).size
}
