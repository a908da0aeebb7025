import type { Item, StreamInfo } from './items.ts'

export interface RunInfo {
  /** Sortable and unique: names files, stands in the run log. */
  readonly runId: string
  /** Id of the connector. */
  readonly connector: string
  /** Name that state and output belong to. */
  readonly connection: string
  readonly streams: readonly StreamInfo[]
  /**
   * To be called as soon as it is known that nothing more can be written, before the failure is thrown: the source then stops at once,
   * also where it waits for its provider.
   */
  readonly giveUp?: () => void
  /** The run reads a range on its own; its states are kept under {@link backfillKey}. */
  readonly backfill?: boolean
}

/** How much a destination took in; what it really wrote, not what it was handed. */
export interface DestinationReport {
  /** Rows accepted per stream name. */
  readonly rows: Readonly<Record<string, number>>
  /** Where a person finds them: files or tables. */
  readonly places: readonly string[]
  /** Streams whose old rows were replaced, and how many these were. */
  readonly replaced?: Readonly<Record<string, number>>
  /** Places with rows that no stream owns, and how many: written before rows said which stream they are of, so that a replacement left them. */
  readonly unowned?: Readonly<Record<string, number>>
}

/**
 * Takes the items of a run in order and hands each on once it is accepted: written and, for a STATE, durable together with
 * everything before it. Applies backpressure by not asking for the next item. Throws when anything could not be written.
 */
export interface Destination {
  /**
   * Asks for more while states that it handed on are still being committed. Without it the request for the next item means that all
   * of them are.
   */
  readonly readsAhead?: boolean
  open(run: RunInfo): Promise<void>
  write(items: AsyncIterable<Item>): AsyncIterable<Item>
  /** Called once, after success and after failure. */
  close(): Promise<void>
  report(): DestinationReport
  /** Once open: streams that this run wants to resume replacing, and whose rows of before are not here. They have to be read from their start. */
  lost?(): readonly string[]
}
