import { type AccountRecord, ConfigError, type Login, suggest, type TokenProvider } from '../framework/index.ts'

/** The provider of an account. Throws ConfigError ERR_PROVIDER_UNKNOWN. */
export function providerOf(providers: readonly TokenProvider[], name: string): TokenProvider {
  const found = providers.find((provider) => provider.name === name)
  if (found) return found
  const known = suggest(
    name,
    providers.map((provider) => provider.name),
  )
  throw new ConfigError('ERR_PROVIDER_UNKNOWN', `no connector keeps tokens of the provider '${name}'; ${known}`)
}

/** A login by its name, whose names are unique among providers. Throws ConfigError ERR_LOGIN_UNKNOWN. */
export function loginNamed(providers: readonly TokenProvider[], name: string): { readonly provider: TokenProvider; readonly login: Login } {
  for (const provider of providers) {
    const login = provider.logins.find((known) => known.name === name)
    if (login) return { provider, login }
  }
  const known = providers.flatMap(({ logins }) => logins.map((login) => login.name))
  throw new ConfigError('ERR_LOGIN_UNKNOWN', `there is no login '${name}'; ${suggest(name, known)}`)
}

/** Which login an account has; words of other programs mean the default one. */
export function loginOf({ logins }: TokenProvider, { login }: Pick<AccountRecord, 'login'>): Login {
  return logins.find(({ name }) => name === login) ?? logins[0]
}

/** True for an account whose tokens all end. */
export function alwaysExpires(providers: readonly TokenProvider[], account: Pick<AccountRecord, 'provider' | 'login'>): boolean {
  const provider = providers.find(({ name }) => name === account.provider)
  return provider !== undefined && loginOf(provider, account).expiry === 'always'
}

/** Throws ConfigError ERR_LOGIN_TWICE when two providers have a login of the same name. */
export function requireDistinctLogins(providers: readonly TokenProvider[]): void {
  const seen = new Map<string, string>()
  for (const { name: provider, logins } of providers) {
    for (const { name } of logins) {
      const other = seen.get(name)
      if (other !== undefined)
        throw new ConfigError('ERR_LOGIN_TWICE', `the providers ${other} and ${provider} both have a login '${name}'`)
      seen.set(name, provider)
    }
  }
}
