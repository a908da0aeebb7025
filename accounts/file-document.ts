import { readFile } from 'node:fs/promises'
import { Document, isMap, isSeq, LineCounter, parseDocument, type YAMLMap, YAMLSeq } from 'yaml'
import { ConfigError, errnoOf, type LoginFamily, replaceFile, suggest } from '../framework/index.ts'

/** One account as people write it down. */
export interface AccountEntry {
  readonly igUserId: string
  readonly name: string
  readonly login: LoginFamily
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
  remove(igUserId: string): boolean
  /** Writes the file if something changed. */
  save(): Promise<void>
}

const FIELDS = ['ig_user_id', 'name', 'login', 'owner', 'priority', 'token', 'token_created_at', 'token_expires_at']
const HEAD = ' Accounts to sync. `token` names where the token stands (env:NAME, file:PATH, aws-sm://NAME#KEY); never write one here.'

/**
 * A file that is not there is an empty list. `known` is given back when the file is still as it was read: parsing a long one takes longer
 * than anything else here. Throws ConfigError ERR_ACCOUNTS_FILE with file and line.
 */
export async function readAccountDocument(path: string, known?: AccountDocument): Promise<AccountDocument> {
  const text = await textOf(path)
  if (known?.isStill(text)) return known
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core' })
  const fail = (offset: number, reason: string): never => {
    throw new ConfigError('ERR_ACCOUNTS_FILE', `${path}:${lines.linePos(offset).line}: ${reason}`)
  }
  const [error] = document.errors
  // The text of the error repeats the line, which may hold a token.
  if (error) fail(error.pos[0], 'the file is no valid YAML')
  const list = listOf(document, fail)
  const nodes = new Map<string, YAMLMap>()
  const entries = new Map<string, AccountEntry>()
  for (const item of list.items) {
    const offset = (item as { range?: readonly number[] } | null)?.range?.[0] ?? 0
    if (!isMap(item)) return fail(offset, 'an account is a map with ig_user_id, name, login and token')
    const entry = entryOf(item.toJS(document), (reason) => fail(offset, reason))
    if (entries.has(entry.igUserId)) fail(offset, `account ${entry.igUserId} is listed twice`)
    entries.set(entry.igUserId, entry)
    nodes.set(entry.igUserId, item)
  }
  let changed = false
  return {
    isStill: (now) => !changed && now === text,
    get entries() {
      return [...entries.values()]
    },
    put(entry) {
      const node = nodes.get(entry.igUserId) ?? document.createNode({})
      const before = entries.get(entry.igUserId)
      if (!before) list.add(node)
      changed = writeEntry(node, entry, before) || changed
      nodes.set(entry.igUserId, node)
      entries.set(entry.igUserId, entry)
    },
    remove(igUserId) {
      const node = nodes.get(igUserId)
      if (!node) return false
      list.items = list.items.filter((item) => item !== node)
      nodes.delete(igUserId)
      entries.delete(igUserId)
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

function entryOf(value: unknown, fail: (reason: string) => never): AccountEntry {
  const fields = value as Readonly<Record<string, unknown>>
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) fail(`unknown field '${unknown}'; ${suggest(unknown, FIELDS)}`)
  const igUserId = fields['ig_user_id']
  // Numbers of this size lose digits on the way.
  if (typeof igUserId !== 'string' || igUserId === '') return fail('ig_user_id is missing or no text; write it in quotes')
  const text = (name: string): string | undefined => {
    const given = fields[name] ?? undefined
    if (given !== undefined && typeof given !== 'string') fail(`${name} of account ${igUserId} is no text`)
    return typeof given === 'string' && given !== '' ? given : undefined
  }
  const login = text('login') ?? 'facebook'
  if (login !== 'facebook' && login !== 'instagram') return fail(`login of account ${igUserId} has to be facebook or instagram`)
  const priority = fields['priority'] ?? 2
  if (typeof priority !== 'number' || !Number.isInteger(priority)) return fail(`priority of account ${igUserId} is no whole number`)
  const date = (name: string): string | undefined => {
    const given = text(name)
    if (given !== undefined && Number.isNaN(Date.parse(given))) fail(`${name} of account ${igUserId} is no time`)
    return given === undefined ? undefined : new Date(given).toISOString()
  }
  return {
    igUserId,
    name: text('name') ?? igUserId,
    login,
    owner: text('owner'),
    priority,
    token: text('token'),
    tokenCreatedAt: date('token_created_at'),
    tokenExpiresAt: date('token_expires_at'),
  }
}

/** True when something changed. */
function writeEntry(node: YAMLMap, entry: AccountEntry, before: AccountEntry | undefined): boolean {
  const { igUserId, name, login, owner, priority, token, tokenCreatedAt, tokenExpiresAt } = entry
  const values: Readonly<Record<string, [string | number | undefined, string | number | undefined]>> = {
    ig_user_id: [igUserId, before?.igUserId],
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
