import { refreshToken } from '../accounts/refresh.ts'
import { defined } from '../framework/defined.ts'
import {
  type AccountRecord,
  type AccountRegistry,
  type AccountToken,
  AuthenticationError,
  type Clock,
  type ConnectorHttpClient,
  type Logger,
  type TokenAccess,
  type TokenProvider,
} from '../framework/index.ts'

/** What keeps tokens alive besides the client of the run: apps by login, hosts and version of the provider. */
export interface TokenKeeping extends Omit<TokenAccess, 'http' | 'clock'> {
  /** Where the person of an account logs in again. */
  readonly loginUrl?: ((account: AccountRecord) => string | undefined) | undefined
}

export interface LiveTokenOptions {
  readonly registry: AccountRegistry
  /** Of the accounts. */
  readonly provider: TokenProvider
  readonly keeping: TokenKeeping
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** Gives the token of an account, replaced first where it is due. Throws AuthenticationError when only a login helps. */
export function liveToken({ registry, provider, keeping, clock, logger, signal }: LiveTokenOptions) {
  const { loginUrl, ...access } = keeping
  return async (account: AccountRecord, http: ConnectorHttpClient): Promise<AccountToken> => {
    const life = { registry, provider, access: { ...access, http, clock }, signal, ...defined({ loginUrl }) }
    const result = await refreshToken(life, account, 'due')
    if (result.outcome === 'needs_login') throw new AuthenticationError(result.code, result.reason, { reach: 'account' })
    if (result.outcome === 'kept') logger.log('warn', `the token of account ${account.externalId} was not replaced: ${result.reason}`)
    return registry.token(account.id)
  }
}
