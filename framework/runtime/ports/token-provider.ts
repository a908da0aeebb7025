import type { Clock } from '../../clock.ts'
import type { HttpClient } from '../../http/client.ts'
import type { Config } from '../../manifest/definition/component.ts'
import type { AccountToken } from './account-registry.ts'

/** What the program is to a provider: a client of its own, with a secret of its own. */
export interface AppCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** How tokens are asked about. Logins may belong to several apps. */
export interface TokenAccess {
  readonly http: HttpClient
  readonly clock: Clock
  /** By login. */
  readonly apps?: Readonly<Record<string, AppCredentials | undefined>>
  /** Where the provider is found instead, by the names of {@link TokenProvider.hosts}; for sandboxes and proxies. */
  readonly hosts?: Readonly<Record<string, string | undefined>>
  /** Of the provider's API; the provider's own choice by default. */
  readonly version?: string
}

/** One way to log in to a provider. */
export interface Login {
  /** Unique among all providers: names the app in the environment (`CONNECTOR_<NAME>_APP_ID`) and the path of the login page. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Whose accounts come with it, in one sentence for people. */
  readonly description: string
  /** The host of {@link TokenProvider.hosts} where people log in. */
  readonly dialog: string
  /** `always`: every token ends, so one without a known end is replaced to learn it. `maybe`: a token without an end may be permanent. */
  readonly expiry: 'always' | 'maybe'
  /** The provider replaces no token that is younger; 0 for any age. */
  readonly minAgeHours: number
  /** Whether the login is proved by PKCE, method S256. */
  readonly pkce: boolean
}

/** Whom a call about a token concerns. */
export interface TokenCall {
  readonly login: string
  /** `AccountRecord.externalId`. */
  readonly externalId: string
  readonly signal?: AbortSignal
}

/** An account that a token sees. */
export interface SeenAccount {
  readonly externalId: string
  readonly name: string
}

/** What a login came to: its token, and the accounts that it sees. */
export interface Connected {
  readonly login: string
  readonly token: AccountToken
  /** At least one. */
  readonly accounts: readonly SeenAccount[]
}

export interface LoginRequest {
  readonly login: string
  readonly clientId: string
  readonly redirectUri: string
  /** Comes back unchanged; has to be checked there. */
  readonly state: string
  /** What reading needs by default. */
  readonly scopes?: readonly string[]
  /** Of PKCE. */
  readonly codeChallenge?: string
}

export interface LoginCode {
  readonly login: string
  readonly code: string
  /** The same as at the login. */
  readonly redirectUri: string
  /** Of PKCE. */
  readonly codeVerifier?: string
  readonly signal?: AbortSignal
}

/**
 * Everything that is particular to a provider's tokens; a connector package offers it. What a refusal means is said by the error:
 * AuthenticationError of reach `login` or `account` for a dead token (only a new login helps), of reach `app` for the program's own
 * credentials (says nothing of the token), a `config_error` for what will not work with this token, any other failure for
 * what says nothing and may work later.
 * Tokens and secrets are registered at `access.http` before they are sent.
 */
export interface TokenProvider {
  /** As in the ids of its connectors: `conn::third_party::social::<name>::…`. */
  readonly name: string
  /** The first is the default. */
  readonly logins: readonly [Login, ...Login[]]
  /** URLs of the provider's hosts, without a slash at the end. */
  readonly hosts: Readonly<Record<string, string>>
  /** The login a token comes from, by its form; undefined when that does not tell. */
  loginOf(token: string): string | undefined
  /** Hosts and version that the config of its connectors names (`base_url`, `api_version`). */
  placesOf(config: Config): Pick<TokenAccess, 'hosts' | 'version'>
  /**
   * What a token is good for: its login, its dates and the accounts that it sees.
   * Throws AuthenticationError for a dead token, ConfigError ERR_TOKEN_LOGIN when it comes from another login than `login`,
   * ConnectorError ERR_NO_ACCOUNTS.
   */
  inspect(
    access: TokenAccess,
    token: { readonly token: string; readonly login?: string; readonly signal?: AbortSignal },
  ): Promise<Connected>
  /** A new token for one that still works. */
  refresh(access: TokenAccess, token: string, call: TokenCall): Promise<AccountToken>
  /** One cheap call with the token for the account. Throws ConnectorError ERR_TOKEN_OTHER_ACCOUNT when it belongs to another one. */
  verify(access: TokenAccess, token: string, call: TokenCall): Promise<void>
  /** True when {@link TokenProvider.dates} may be asked. */
  knowsDates(access: Pick<TokenAccess, 'apps'>, login: string): boolean
  /** When a token was made and when it ends. `expiresAt` undefined: it does not end. */
  dates(access: TokenAccess, token: string, call: TokenCall): Promise<Pick<AccountToken, 'createdAt' | 'expiresAt'>>
  /** The page where a person logs in and comes back to `redirectUri` with `code` and `state`. */
  loginUrl(access: Pick<TokenAccess, 'hosts' | 'version'>, request: LoginRequest): string
  /** Turns the code of a login into a token that lasts and the accounts that it sees. Throws ConnectorError ERR_NO_ACCOUNTS. */
  exchange(access: TokenAccess, code: LoginCode): Promise<Connected>
}
