import {
  type AccountRecord,
  type AccountRegistry,
  ConfigError,
  type Connected,
  defined,
  type NewAccount,
  type TokenAccess,
  type TokenProvider,
} from '../framework/index.ts'

export interface TokenToInspect {
  readonly token: string
  readonly login?: string | undefined
  /** One of the accounts that it sees, by id or name; all by default. */
  readonly wanted?: string | undefined
}

/** As `provider.inspect`, with the accounts that are wanted. Throws ConfigError ERR_ACCOUNT_NOT_SEEN besides. */
export async function inspectToken(
  provider: TokenProvider,
  access: TokenAccess,
  { token, login, wanted }: TokenToInspect,
): Promise<Connected> {
  const connected = await provider.inspect(access, { token, ...defined({ login }) })
  if (wanted === undefined) return connected
  const accounts = connected.accounts.filter(({ externalId, name }) => externalId === wanted || name === wanted)
  if (accounts.length > 0) return { ...connected, accounts }
  const seen = connected.accounts.map(({ externalId, name }) => `${externalId} (${name})`).join(', ')
  throw new ConfigError('ERR_ACCOUNT_NOT_SEEN', `the token does not see account ${wanted}; it sees ${seen}`)
}

/** Saves every account of a login, each with its token. */
export async function registerAccounts(
  registry: AccountRegistry,
  { name: provider }: Pick<TokenProvider, 'name'>,
  { login, token, accounts, ...more }: Connected & Pick<NewAccount, 'owner' | 'priority' | 'tokenReference'>,
): Promise<readonly AccountRecord[]> {
  const saved: AccountRecord[] = []
  for (const seen of accounts) saved.push(await registry.save({ ...seen, provider, login, ...more }, token))
  return saved
}
