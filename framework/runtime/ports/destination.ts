import type { ConnectorError } from '../../errors.ts'
import type { Diagnostic } from '../../report.ts'
import type { Item, StreamInfo } from './items.ts'
import type { WriteMode } from './stream-write.ts'

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
  /**
   * To be called when the rows of one stream cannot be written while those of the others can: the stream counts as failed and is not
   * read further, and the destination hands on no more of its states. Without it such a failure ends the run.
   */
  readonly rejectStream?: (stream: string, error: ConnectorError) => void
  /** Takes what a person should know about the rows written: counted in the summary, equal ones once. */
  readonly finding?: (diagnostic: Diagnostic) => void
  /** The run reads a range on its own; its states are kept under {@link backfillKey}. */
  readonly backfill?: boolean
}

/** `reader`: what it writes is only passed on, and whoever reads that decides how to keep it. */
export type WriteAbility = readonly WriteMode[] | 'reader'

/** What writing rows did to the place, as the place itself says. */
export interface RowChanges {
  /** Rows that were not there before: in a table with a key, no row had theirs. */
  readonly inserted: number
  /** Rows that took the place of one with their key, whether or not a value changed. */
  readonly updated: number
}

/** How much a destination took in; what it really wrote, not what it was handed. */
export interface DestinationReport {
  /** Rows accepted per stream name. */
  readonly rows: Readonly<Record<string, number>>
  /** Where a person finds them: files or tables. */
  readonly places: readonly string[]
  /** Values that were kept beside the column that the schema has for them, by `table.field`. */
  readonly misfits?: Readonly<Record<string, number>>
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
  /** Ways of writing that it knows. */
  readonly writes: WriteAbility
  /** Asks for more while states that it handed on are still being committed. Otherwise the request for the next item means that all of them are. */
  readonly readsAhead: boolean
  /**
   * Hands a STATE on as soon as it is durable, whether or not further items come. The source then waits for its states, and never asks
   * for more than can be kept; otherwise it reads on.
   */
  readonly prompt: boolean
  open(run: RunInfo): Promise<void>
  write(items: AsyncIterable<Item>): AsyncIterable<Item>
  /** Called once, after success and after failure. */
  close(): Promise<void>
  report(): DestinationReport
  /**
   * What writing the rows of one stream changed so far: written and committed rows only, a row that came twice before it was written
   * counts once, and rows that wait to replace others count when they do.
   */
  changes(stream: string): RowChanges
  /** Once open: those of the streams whose replacement this run resumes although the rows of before are not here. They have to be read from their start. */
  lost(streams: readonly StreamInfo[]): readonly string[]
}

/**
 * A destination of somebody's own. What it leaves out is, see {@link defineDestination}: `writes` only `append`, `readsAhead` and `prompt`
 * false, `changes` every row of its report as inserted, `lost` none.
 */
export type DestinationDefinition = Pick<Destination, 'open' | 'write' | 'close' | 'report'> & Partial<Destination>

/** The destination with every member; asks the definition each time, so that what it sets when it is opened counts. */
export function defineDestination(own: DestinationDefinition): Destination {
  return {
    get writes() {
      return own.writes ?? ['append']
    },
    get readsAhead() {
      return own.readsAhead ?? false
    },
    get prompt() {
      return own.prompt ?? false
    },
    open: (run) => own.open(run),
    write: (items) => own.write(items),
    close: () => own.close(),
    report: () => own.report(),
    changes: (stream) => own.changes?.(stream) ?? { inserted: own.report().rows[stream] ?? 0, updated: 0 },
    lost: (streams) => own.lost?.(streams) ?? [],
  }
}

/** Ways of writing that all of them know. */
export function commonWrites(abilities: readonly WriteAbility[]): WriteAbility {
  const lists = abilities.filter((ability) => ability !== 'reader')
  const [first] = lists
  return first ? first.filter((mode) => lists.every((list) => list.includes(mode))) : 'reader'
}
