import { ConfigError } from '../framework/index.ts'

/** `place` is the registry, without secrets. */
export function unknownAccount(id: string, place: string): ConfigError {
  const message = `there is no account ${id} in ${place}; \`connector accounts list\` shows them`
  return new ConfigError('ERR_ACCOUNT_UNKNOWN', message, { context: { account_id: id } })
}

/** Ids are unique in a registry, across providers. */
export function idTaken(id: string, { provider, place }: { readonly provider: string; readonly place: string }): ConfigError {
  const message = `account ${id} in ${place} belongs to the provider ${provider}; remove it, or keep accounts of other providers in another registry`
  return new ConfigError('ERR_ACCOUNT_ID_TAKEN', message, { context: { account_id: id } })
}

export function noToken(account: string): ConfigError {
  const message = `the token of account ${account} cannot be read: there is none. Log in again, or \`connector accounts add\` it.`
  return new ConfigError('ERR_ACCOUNT_TOKEN_UNREADABLE', message, { context: { account_id: account } })
}
