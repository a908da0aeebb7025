import type { AccountRecord, JsonSchema, Row, StreamInfo } from '../framework/index.ts'

/** What of an account a sync reads, and into which tables. */
export interface SyncRecipe {
  /** Unique among all packages: names the state beside others, and the recipe on the command line. */
  readonly name: string
  /** Kinds of streams; none: all. */
  readonly select: readonly string[]
  /** What the rows are called in the counters of a summary: `posts` gives `posts_inserted` and `posts_updated`. */
  readonly noun: string
  /** Config of the connector for one account; the token is added. `today` is a UTC date. */
  config(account: AccountRecord, today: string): Readonly<Record<string, unknown>>
  /** `changes`: its rows are what `noun` says, counted and logged as inserted and updated. `rows`, the default: only their number is logged. */
  readonly counts?: 'changes' | 'rows'
  /** Other table for the rows of a stream. */
  table?(stream: StreamInfo, account: AccountRecord): TableChoice
}

/** Where the rows of a stream go, and how they look there. */
export interface TableChoice {
  readonly kind: string
  readonly primaryKey: readonly (readonly string[])[]
  readonly schema: JsonSchema
  /** `at` is when the row was read, epoch milliseconds. */
  row(row: Row, at: number): Row
}
