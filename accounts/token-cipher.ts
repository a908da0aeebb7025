import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { ConfigError } from '../framework/index.ts'

export interface CipherOptions {
  /** 32 bytes as base64 or hex; what is written is written with it. */
  readonly key?: string | undefined
  /** Keys that were in use before; for reading only. */
  readonly oldKeys?: readonly string[]
  /** `allowed`: tokens in plain text are read, and written when there is no key. `refused` unless said. */
  readonly plainText?: 'allowed' | 'refused'
}

/** Texts of tokens as a registry keeps them. `account` is the `externalId`: a text moved to another account does not open. */
export interface TokenCipher {
  /** Throws ConfigError ERR_ACCOUNTS_KEY_MISSING when nothing says how a token may be written. */
  seal(token: string, account: string): string
  /** Throws ConfigError ERR_ACCOUNT_TOKEN_UNREADABLE, ERR_ACCOUNT_TOKEN_PLAIN. */
  open(text: string, account: string): string
  /** Like `open`, and takes plain texts too: to write them again. */
  openAny(text: string, account: string): string
  /** True for a text that {@link TokenCipher.seal} would write in the same way now. */
  isCurrent(text: string): boolean
  /** Throws what `seal` would, before there is anything to lose. */
  requireWritable(): void
}

interface Key {
  /** Stands in the text, so that the right one of several keys is used. */
  readonly id: string
  readonly bytes: Buffer
}

const PREFIX = 'enc:v1:'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** `enc:v1:<key id>:<base64url of nonce, ciphertext and tag>`: AES-256-GCM with a random nonce, the account as authenticated data. */
export function createTokenCipher(options: CipherOptions): TokenCipher {
  const current = options.key === undefined ? undefined : parseKey(options.key)
  const keys = new Map([...(options.oldKeys ?? []).map(parseKey), ...(current ? [current] : [])].map((key) => [key.id, key]))
  const plainAllowed = options.plainText === 'allowed'
  const requireWritable = () => {
    if (current || plainAllowed) return
    const advice = 'Make one with `openssl rand -base64 32` and name it in CONNECTOR_ACCOUNTS_KEY or by --key env:NAME'
    throw new ConfigError('ERR_ACCOUNTS_KEY_MISSING', `tokens are written encrypted, and there is no key. ${advice}.`)
  }
  const openSealed = (text: string, account: string) => decrypt(text, account, keys)
  return {
    seal(token, account) {
      requireWritable()
      return current ? encrypt(token, account, current) : token
    },
    open(text, account) {
      if (isSealed(text)) return openSealed(text, account)
      if (plainAllowed) return text
      const message = `the token of account ${account} is stored in plain text. \`connector accounts rotate-key\` encrypts it; --plain-text-tokens allows it.`
      throw new ConfigError('ERR_ACCOUNT_TOKEN_PLAIN', message, { context: { account_id: account } })
    },
    openAny: (text, account) => (isSealed(text) ? openSealed(text, account) : text),
    isCurrent: (text) => (current ? text.startsWith(`${PREFIX}${current.id}:`) : !isSealed(text)),
    requireWritable,
  }
}

export const isSealed = (text: string): boolean => text.startsWith('enc:')

function encrypt(token: string, account: string, key: Key): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(account))
  const sealed = Buffer.concat([nonce, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${PREFIX}${key.id}:${sealed.toString('base64url')}`
}

function decrypt(text: string, account: string, keys: ReadonlyMap<string, Key>): string {
  const [, id, body] = /^enc:v1:([0-9a-f]{8}):([A-Za-z0-9_-]+)$/.exec(text) ?? []
  if (id === undefined || body === undefined) throw unreadable(account, 'its text is damaged or of a newer version')
  const key = keys.get(id)
  if (!key) {
    const known = keys.size === 0 ? 'no key is given' : `given: ${[...keys.keys()].join(', ')}`
    throw unreadable(account, `it was encrypted with key ${id}; ${known}. Name the key in CONNECTOR_ACCOUNTS_KEY, older ones by --old-key`)
  }
  const bytes = Buffer.from(body, 'base64url')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable(account, 'its text is cut off')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(account)).setAuthTag(bytes.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    // The reason is the same for every change to the text: it does not fit its tag.
    throw unreadable(account, 'its text was changed, or belongs to another account')
  }
}

function unreadable(account: string, reason: string): ConfigError {
  const context = { account_id: account }
  return new ConfigError('ERR_ACCOUNT_TOKEN_UNREADABLE', `the token of account ${account} cannot be read: ${reason}.`, { context })
}

function parseKey(text: string): Key {
  const trimmed = text.trim()
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  if (bytes.length !== 32 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed)) {
    const message = 'the key of the accounts is not one: it has to be 32 bytes as base64 or hex. `openssl rand -base64 32` makes one.'
    throw new ConfigError('ERR_ACCOUNTS_KEY_INVALID', message)
  }
  return { id: createHash('sha256').update('connector accounts key\n').update(bytes).digest('hex').slice(0, 8), bytes }
}
