import type { Writable } from 'node:stream'
import type { FormatName } from '../destinations/open.ts'
import type { TableLayout } from '../destinations/tables/table-plan.ts'
import type { ConfiguredChoice } from '../framework/runtime/assembly/configured-choice.ts'
import type { DestinationDefinition } from '../framework/runtime/ports/destination.ts'
import type { Item } from '../framework/runtime/ports/items.ts'
import type { StateRegistry } from '../framework/runtime/ports/state-registry.ts'
import type { CatalogMatch } from '../framework/runtime/read/catalog-match.ts'
import type { WriteRequest } from '../framework/runtime/read/plan-writes.ts'
import type { Session, SessionRequest } from './session.ts'
import type { UnknownState } from './state-names.ts'

/** `stdout`, `jsonl:DIR`, `duckdb:FILE`, `postgres://…` or `env:NAME`; or a destination of one's own, which is opened and closed here. */
export type Output = string | DestinationDefinition

/** Which streams of a connector are meant. */
export interface StreamChoice {
  /** Names of streams as `discover` gives them, or names with what a configured catalog says more; every stream discovered by default. */
  readonly catalog?: readonly (string | ConfiguredChoice)[] | undefined
  /** Names or kinds; `*` stands for any text. Narrows the catalog. */
  readonly select?: readonly string[] | undefined
}

/** Where states are kept. */
export interface StateChoice {
  /**
   * A registry that is loaded and committed to: `file:DIR`, `postgres://…`, `s3://…`, `env:NAME`, or one that the caller opened and
   * closes. Or the path of a JSON file, which is input only. Without one every read starts at the beginning.
   */
  readonly state?: string | StateRegistry | undefined
  /** What to do about a file that names no stream of the connection, or whose states no cursor reads; `refuse` by default. */
  readonly unknownState?: UnknownState | undefined
  /** Whose state this is; the product by default. */
  readonly connection?: string | undefined
}

/** What is done about schemas that change. */
export interface DriftChoice {
  /** Schema registry: `file:DIR`, `postgres://…`, `https://…` or `env:NAME`; without one nothing is watched. */
  readonly schemas?: string | undefined
  /** `evolve`, `freeze`, `discard_row` or `discard_value`; also `ASPECT=VERB` and `STREAM:…`. Needs `schemas`. */
  readonly onDrift?: readonly string[] | undefined
  /** Folder where discarded rows are kept; `dead-letters` by default. */
  readonly deadLetters?: string | undefined
}

/** A whole read: what `connector read` takes as flags. */
export interface ReadRequest extends SessionRequest, StreamChoice, StateChoice, DriftChoice, WriteRequest {
  /** Where records go; several outputs get everything each. */
  readonly output: Output | readonly Output[]
  /** Of database tables; streams of one kind share a table by default. */
  readonly tables?: TableLayout | undefined
  /** Seconds to wait for a DuckDB file that another process holds; 10 by default. */
  readonly lockTimeout?: number | undefined
  /** Of stdout; `airbyte` by default. */
  readonly format?: FormatName | undefined
  /** What the output `stdout` means; `process.stdout` by default. */
  readonly stdout?: Writable | undefined
  /** First day of a backfill (ISO date); the state of regular reads is neither used nor changed. */
  readonly from?: string | undefined
  /** End of a backfill. */
  readonly to?: string | undefined
  /** Rows per stream, to have a look; the state of a stream cut off does not move. */
  readonly limit?: number | undefined
  /** Folder for the files of streams whose records come with files. */
  readonly files?: string | undefined
  /** Slices read at the same time. */
  readonly concurrency?: number | undefined
}

/** Watches a read while it runs. */
export interface ReadObserver {
  /** Called once, when it is known what is read and before the first record. */
  opened?(session: Session, catalog: CatalogMatch): Promise<void>
  /** Called for every item once the destination took it and its state is committed. */
  item?(item: Item): void
}
