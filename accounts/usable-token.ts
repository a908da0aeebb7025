import { type AccountRecord, type AccountToken, AuthenticationError } from '../framework/index.ts'
import { refreshToken, type TokenLife } from './refresh.ts'

/**
 * The token to read an account with, replaced first where it is due. A token that could not be replaced this time is used as long as it
 * lives. Throws AuthenticationError (of this account) when only a new login helps; the account is marked then.
 */
export async function usableToken(life: TokenLife, account: AccountRecord): Promise<AccountToken> {
  const outcome = await refreshToken(life, account, 'due')
  if (outcome.outcome !== 'needs_login') return life.registry.token(account.id)
  throw new AuthenticationError(outcome.code, outcome.reason, { reach: 'account', context: { account_id: account.igUserId } })
}
