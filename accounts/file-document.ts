import { readFile } from 'node:fs/promises'
import { Document, isMap, isSeq, LineCounter, parseDocument, type YAMLMap, YAMLSeq } from 'yaml'
import { ConfigError, errnoOf, replaceFile, suggest, type TokenProvider } from '../framework/index.ts'
import { SEED } from './seed-names.ts'

/** One account as people write it down. */
export interface AccountEntry {
  readonly externalId: string
  readonly provider: string
  readonly name: string
  readonly login: string
  readonly owner: string | undefined
  readonly priority: number
  /** A reference (`env:NAME`, `file:PATH`, …) or an encrypted token; undefined: the token stands in the state file. */
  readonly token: string | undefined
  readonly tokenCreatedAt: string | undefined
  readonly tokenExpiresAt: string | undefined
}

/** `accounts.yaml`: comments and order stay when it is written. */
export interface AccountDocument {
  readonly entries: readonly AccountEntry[]
  /** The entries are those of a file with this text. */
  isStill(text: string): boolean
  /** Adds the account, or changes what differs. */
  put(entry: AccountEntry): void
  /** False when there was none. */
  remove(externalId: string): boolean
  /** Writes the file if something changed. */
  save(): Promise<void>
}

const ID_FIELD = 'external_id'
const FIELDS = [ID_FIELD, SEED.idField, 'provider', 'name', 'login', 'owner', 'priority', 'token', 'token_created_at', 'token_expires_at']
const HEAD = ' Accounts to sync. `token` refers to the token (env:NAME, file:PATH, aws-sm://NAME#KEY); never write one here.'

export interface DocumentOptions {
  /** Given back when the file is still as it was read: parsing a long one takes longer than anything else here. */
  readonly known?: AccountDocument | undefined
  /** With them, providers and logins of the list are checked. */
  readonly providers?: readonly TokenProvider[] | undefined
}

/**
 * A file that is not there is an empty list. Throws ConfigError ERR_ACCOUNTS_FILE with file and line.
 */
export async function readAccountDocument(path: string, { known, providers }: DocumentOptions = {}): Promise<AccountDocument> {
  const text = await textOf(path)
  if (known?.isStill(text)) return known
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core' })
  const fail = (offset: number, reason: string): never => {
    throw new ConfigError('ERR_ACCOUNTS_FILE', `${path}:${lines.linePos(offset).line}: ${reason}`)
  }
  const [error] = document.errors
  // The text of the error repeats the line, which may hold a token.
  if (error) fail(error.pos[0], 'the file is not valid YAML')
  const list = listOf(document, fail)
  const nodes = new Map<string, YAMLMap>()
  const entries = new Map<string, AccountEntry>()
  for (const item of list.items) {
    const offset = (item as { range?: readonly number[] } | null)?.range?.[0] ?? 0
    if (!isMap(item)) return fail(offset, 'an account is a map with external_id, provider, name, login and token')
    const entry = entryOf(item.toJS(document), { providers, fail: (reason) => fail(offset, reason) })
    if (entries.has(entry.externalId)) fail(offset, `account ${entry.externalId} is listed twice`)
    entries.set(entry.externalId, entry)
    nodes.set(entry.externalId, item)
  }
  let changed = false
  return {
    isStill: (now) => !changed && now === text,
    get entries() {
      return [...entries.values()]
    },
    put(entry) {
      const node = nodes.get(entry.externalId) ?? document.createNode({})
      const before = entries.get(entry.externalId)
      if (!before) list.add(node)
      changed = writeEntry(node, entry, before) || changed
      nodes.set(entry.externalId, node)
      entries.set(entry.externalId, entry)
    },
    remove(externalId) {
      const node = nodes.get(externalId)
      if (!node) return false
      list.items = list.items.filter((item) => item !== node)
      nodes.delete(externalId)
      entries.delete(externalId)
      changed = true
      return true
    },
    save: async () => {
      if (changed) await replaceFile(path, document.toString({ lineWidth: 0 }))
      changed = false
    },
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return ''
    throw new ConfigError('ERR_ACCOUNTS_FILE', `the accounts in ${path} cannot be read (${errnoOf(cause) ?? 'unreadable'})`, { cause })
  }
}

function listOf(document: Document.Parsed | Document, fail: (offset: number, reason: string) => never): YAMLSeq {
  if (document.contents === null) {
    document.contents = new Document({ accounts: [] }).contents
    document.commentBefore = HEAD
  }
  const list = document.get('accounts')
  if (isSeq(list)) {
    list.flow = false
    return list
  }
  if (!isMap(document.contents) || (list !== null && list !== undefined)) return fail(0, 'the file holds one list, `accounts:`')
  const empty = new YAMLSeq()
  document.set('accounts', empty)
  return empty
}

interface Checking {
  readonly providers: readonly TokenProvider[] | undefined
  fail(reason: string): never
}

function entryOf(value: unknown, { providers, fail }: Checking): AccountEntry {
  const fields = value as Readonly<Record<string, unknown>>
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) fail(`unknown field '${unknown}'; ${suggest(unknown, FIELDS)}`)
  const externalId = idOf(fields, fail)
  const text = (name: string): string | undefined => {
    const given = fields[name] ?? undefined
    if (given !== undefined && typeof given !== 'string') fail(`${name} of account ${externalId} must be text`)
    return typeof given === 'string' && given !== '' ? given : undefined
  }
  const provider = text('provider') ?? SEED.provider
  const logins = loginsOf(provider, providers)
  if (logins === undefined) return fail(`provider of account ${externalId}: ${suggest(provider, names(providers ?? []))}`)
  const login = text('login') ?? (provider === SEED.provider ? SEED.login : (logins[0] ?? ''))
  if (logins.length > 0 && !logins.includes(login))
    return fail(`login of account ${externalId} must be ${logins.join(' or ')}, got '${login}'`)
  const priority = fields['priority'] ?? 2
  if (typeof priority !== 'number' || !Number.isInteger(priority)) return fail(`priority of account ${externalId} must be a whole number`)
  const date = (name: string): string | undefined => {
    const given = text(name)
    if (given !== undefined && Number.isNaN(Date.parse(given))) fail(`${name} of account ${externalId} must be a time`)
    return given === undefined ? undefined : new Date(given).toISOString()
  }
  return {
    externalId,
    provider,
    name: text('name') ?? externalId,
    login,
    owner: text('owner'),
    priority,
    token: text('token'),
    tokenCreatedAt: date('token_created_at'),
    tokenExpiresAt: date('token_expires_at'),
  }
}

function idOf(fields: Readonly<Record<string, unknown>>, fail: Checking['fail']): string {
  const id = fields[ID_FIELD] ?? fields[SEED.idField]
  // Large numbers lose digits on the way.
  if (typeof id !== 'string' || id === '') return fail(`${ID_FIELD} or ${SEED.idField} is missing or not a text; write it in quotes`)
  return id
}

const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name)

/** None: any login is fine; undefined: there is no such provider. */
function loginsOf(provider: string, providers: readonly TokenProvider[] | undefined): readonly string[] | undefined {
  if (!providers) return []
  const found = providers.find(({ name }) => name === provider)
  return found && names(found.logins)
}

/** True when something changed. */
function writeEntry(node: YAMLMap, entry: AccountEntry, before: AccountEntry | undefined): boolean {
  const { externalId, provider, name, login, owner, priority, token, tokenCreatedAt, tokenExpiresAt } = entry
  // Accounts of the first provider are written as they always were.
  const isSeed = provider === SEED.provider
  const values: Readonly<Record<string, [string | number | undefined, string | number | undefined]>> = {
    [isSeed ? SEED.idField : ID_FIELD]: [externalId, before?.externalId],
    provider: [isSeed && !before ? undefined : provider, before?.provider],
    name: [name, before?.name],
    login: [login, before?.login],
    owner: [owner, before?.owner],
    priority: [priority === 2 && !before ? undefined : priority, before?.priority],
    token: [token, before?.token],
    token_created_at: [tokenCreatedAt, before?.tokenCreatedAt],
    token_expires_at: [tokenExpiresAt, before?.tokenExpiresAt],
  }
  let changed = false
  for (const [field, [value, old]] of Object.entries(values)) {
    if (value === old) continue
    if (value === undefined) node.delete(field)
    else node.set(field, value)
    changed = true
  }
  return changed
}
