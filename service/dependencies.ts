import type { AccountRegistry, Clock, ConnectorHttpClient, Logger, TokenAccess, TokenProvider } from '../framework/index.ts'
import type { OpenSync } from '../sync/open-sync.ts'
import type { SyncRunner } from './runner.ts'

/** What the service depends on; everything is passed in, so that the same service runs on any platform. */
export interface ServiceDependencies {
  readonly sync: Pick<OpenSync, 'run' | 'accounts' | 'providers'>
  /** Guards everything that changes something. Without one nothing can be changed through the service. */
  readonly secret: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly redact: (text: string) => string
  /** Seconds that a run started by a request may take; 50 by default. Less than the platform allows. */
  readonly deadlineSeconds?: number | undefined
  /** For people who connect accounts; without it there is no /connect. */
  readonly connect?: ConnectDependencies | undefined
  /** The status page asks for the secret too (any user name, the secret as password). */
  readonly protectPage?: boolean | undefined
  /** Of this package, for /metrics and the page. */
  readonly version?: string | undefined
  /** Lines about what will stop working, asked for with every page. */
  readonly warnings?: (() => readonly string[]) | undefined
}

/** How people log in. */
export interface ConnectDependencies {
  /** The address of this service as browsers see it, without a slash at the end; the provider sends people back to it. */
  readonly publicUrl: string
  readonly providers: readonly TokenProvider[]
  /** How a provider is asked; without the client. Logins without an app are not offered. */
  access(provider: TokenProvider): Omit<TokenAccess, 'http' | 'clock'>
  openHttp(): ConnectorHttpClient
}

/** What the routes need: the dependencies of the service, and what runs on them. */
export interface RouteDependencies extends ServiceDependencies {
  readonly accounts: AccountRegistry
  readonly runner: SyncRunner
}
