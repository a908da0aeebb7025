import type { UsageReader } from '../framework/http/resolution.ts'
import type { AccountRecord, JsonObject, TokenProvider } from '../framework/index.ts'
import type { Component, Config } from '../framework/manifest/definition/component.ts'
import type { InputVerdict, MetricList, ValidateOptions } from './package-parts.ts'
import type { SyncRecipe } from './sync-recipe.ts'

/**
 * A connector that comes with this package, or one that a user hands in (`--packages FILE`). Holds no code of the connector itself, so that
 * a list of them loads at once: what is optional is code, loaded when somebody asks for it.
 */
export interface ConnectorPackage {
  /** `conn::…`, as in the manifest. Its fourth part is the provider. */
  readonly id: string
  /** The product part of the id: the short name on the command line. */
  readonly product: string
  readonly name: string
  /** Path of the manifest inside this package; an absolute path or a `file:` URL for a connector from elsewhere. */
  readonly manifest: string
  /** The README, and how `npm run generate` fills in what derives from code or data. */
  readonly readme?: { readonly file: string; fill(text: string): Promise<string> }
  /** Code that the manifest needs besides the language. */
  load(): Promise<ConnectorParts>
  /** Keeps the tokens of the provider's accounts alive; the packages of one provider offer the same. */
  tokenProvider?(): Promise<TokenProvider>
  /** Config for one account of a registry; the token is added, fields that the manifest does not have are left out. `today` is a UTC date. */
  accountConfig?(account: AccountRecord, today: string): Config
  /** What a sync may read of each account. */
  recipes?(): Promise<readonly SyncRecipe[]>
  /** Judges the input of the connector's action before anything is sent. Never throws, whatever it is given. */
  validate?(input: JsonObject, options: ValidateOptions): Promise<InputVerdict>
  /** The metric catalogue of the provider. */
  metrics?(): Promise<MetricList>
}

export interface ConnectorParts {
  readonly components: readonly Component[]
  /** Reads the provider's usage headers, for pacing. */
  readonly usage?: UsageReader
  /** Counters of a run's summary: their names, and the kinds of streams whose rows they count. */
  readonly counters?: Readonly<Record<string, readonly string[]>>
  /** What will stop working with this config, in sentences for people. `now` is epoch milliseconds. */
  notices?(config: Config, now: number): readonly string[]
}
