import { ConfigError, ConnectorError, type LoginFamily } from '../framework/index.ts'
import type { GraphAccess } from './graph.ts'
import type { Connected } from './oauth.ts'
import { seenAccounts } from './seen-accounts.ts'
import { debugToken } from './tokens.ts'

/** By how the tokens of a login begin; undefined when that tells nothing. */
export function loginOf(token: string): LoginFamily | undefined {
  if (token.startsWith('EAA')) return 'facebook'
  return token.startsWith('IG') ? 'instagram' : undefined
}

/**
 * What a token is good for: its login, its dates as far as the API tells them (debug_token, which needs the app; Instagram Login tells none
 * before the first refresh) and the accounts that it sees, or the one that is `wanted`.
 * Throws AuthenticationError for a dead token, ConfigError ERR_ACCOUNT_NOT_SEEN, ConnectorError ERR_NO_ACCOUNTS.
 */
export async function inspectToken(
  access: GraphAccess,
  { token, login: given, wanted }: { readonly token: string; readonly login?: LoginFamily; readonly wanted?: string },
): Promise<Connected> {
  const login = loginOf(token) ?? given ?? 'facebook'
  if (given !== undefined && given !== login) {
    throw new ConfigError('ERR_TOKEN_LOGIN', `the token comes from ${login} login, not from ${given} login`)
  }
  const facts = login === 'facebook' && access.apps?.facebook ? await debugToken(access, token) : undefined
  const all = await seenAccounts(access, { login, token })
  const accounts = wanted === undefined ? all : all.filter(({ igUserId, name }) => igUserId === wanted || name === wanted)
  if (all.length === 0) {
    const advice =
      login === 'facebook' ? 'it needs pages_show_list, instagram_basic and a Page with an account' : 'it needs a professional account'
    throw new ConnectorError('ERR_NO_ACCOUNTS', `the token sees no Instagram account: ${advice}`, { failureType: 'config_error' })
  }
  if (accounts.length === 0) {
    const seen = all.map(({ igUserId, name }) => `${igUserId} (${name})`).join(', ')
    throw new ConfigError('ERR_ACCOUNT_NOT_SEEN', `the token does not see account ${wanted}; it sees ${seen}`)
  }
  // Nobody tells the age of a token of Instagram Login: from now on it is a day until it may be refreshed.
  const createdAt = login === 'instagram' ? new Date(access.clock.now()).toISOString() : facts?.createdAt
  return { login, token: { accessToken: token, createdAt, expiresAt: facts?.expiresAt }, accounts }
}
