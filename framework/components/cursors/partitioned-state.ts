import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { ConnectorError } from '../../errors.ts'
import type { StreamState } from '../../protocol/messages.ts'
import { hasLiterals, keepLiterals } from '../../protocol/number-literals.ts'
import type { Reporter } from '../../report.ts'
import type { Dialect } from '../../template/template.ts'
import type { Cursor, CursorOptions, CursorRun } from '../read/cursor.ts'
import type { ParentStates, Partition } from '../read/partition-router.ts'
import { canonicalJson, sortedKeys } from '../values/canonical-json.ts'
import { type IncomingState, parentStatesOf, readIncoming } from './incoming-state.ts'
import { ParentProgress } from './parent-progress.ts'
import { RecentKeys } from './recent-keys.ts'
import { WrittenPartitions } from './written-partitions.ts'

/** More partitions than this share one state. */
export const sharedStateAbove = 10_000
/** Partitions remembered to tell repetitions, and to hold open at most. */
export const partitionsInMemory = 25_000

export interface PartitionedStateOptions {
  readonly cursor: Cursor
  readonly state: StreamState | undefined
  readonly clock: Clock
  readonly dialect: Dialect
  readonly report: Reporter
  /** Final states of parents, asked for when the stream is finished. */
  readonly parentState?: () => ParentStates | undefined
  /** A backfill: `resume` is where it broke off in all partitions, in the form that `current` gives. */
  readonly range?: NonNullable<CursorOptions['range']>
}

interface Entry {
  readonly partition: StreamState
  readonly cursor: StreamState
}

interface Opened {
  readonly partition: Partition
  readonly run: CursorRun
}

/** State of a stream with partitions: one cursor for each, or one for all once they are many. */
export class PartitionedState {
  readonly #options: PartitionedStateOptions
  readonly #incoming: IncomingState
  readonly #entries = new Map<string, Entry>()
  readonly #legacy: Map<string, StreamState>
  /** Partitions of the incoming state, found whichever way their values were written. */
  readonly #written: WrittenPartitions
  /** Opened and not done, in the order of opening. */
  readonly #open = new Map<string, Opened>()
  readonly #known = new RecentKeys(partitionsInMemory)
  readonly #parents: ParentProgress
  #startedAt: number | undefined
  #partitions: number
  #shared: boolean
  #global: StreamState | undefined
  #nextGlobal: StreamState | undefined
  #lookback: number
  #legacyField = 'id'
  #observed = false
  #dropped = false
  #repeated = false
  #snapshot: StreamState | undefined

  constructor(options: PartitionedStateOptions) {
    this.#options = options
    const { cursor, state = {}, dialect, range } = options
    this.#incoming = readIncoming(range ? (range.resume ?? {}) : state, cursor)
    // The reference opens the cursors of all listed partitions at once, which shows in how their values are written.
    const rewrites = dialect === 'airbyte' && !range
    const cursorOf = (known: StreamState) => (rewrites ? cursor.open(known, { scope: {} }).state() : known)
    for (const entry of this.#incoming.partitions) {
      this.#entries.set(canonicalJson(entry.partition), { partition: sorted(entry.partition), cursor: cursorOf(entry.cursor) })
    }
    this.#written = new WrittenPartitions(this.#incoming.partitions.map(({ partition }) => partition))
    this.#legacy = new Map(this.#incoming.legacy)
    this.#partitions = this.#entries.size
    this.#shared = this.#incoming.useGlobal || cursor.sharedState
    this.#global = this.#incoming.global
    this.#nextGlobal = this.#global
    this.#lookback = this.#incoming.lookback
    this.#parents = new ParentProgress(this.#incoming.parents)
  }

  open(partition: Partition): CursorRun {
    const { clock } = this.#options
    this.#startedAt ??= clock.monotonic()
    const key = canonicalJson(partition.values)
    if (!this.#known.add(key)) return this.#repetition(partition)
    if (!this.#shared && this.#partitions > sharedStateAbove) this.#share()
    if (this.#open.size >= partitionsInMemory) this.#dropOldest()
    const known = this.#entries.get(key)?.cursor ?? this.#takeWritten(partition) ?? this.#takeLegacy(partition)
    if (!known) this.#partitions += 1
    const run = this.#openCursor(partition, known)
    this.#open.set(key, { partition, run })
    this.#parents.opened(key, partition.parents)
    this.#snapshot = undefined
    return run
  }

  #openCursor({ scope }: Partition, known: StreamState | undefined): CursorRun {
    const { cursor, range } = this.#options
    if (!range) {
      const lookback = known || !this.#global ? {} : { lookbackSeconds: this.#lookback }
      return cursor.open(known ?? this.#global, { scope, ...lookback })
    }
    // What all partitions share says nothing about how far one of them is; without a place of its own it starts over.
    const { resume: _, ...bounds } = range
    return cursor.open(undefined, { scope, range: known ? { ...bounds, resume: known } : bounds })
  }

  done(partition: Partition): void {
    const key = canonicalJson(partition.values)
    const opened = this.#open.get(key)
    if (opened?.partition !== partition) return
    this.#settle(key, opened)
    this.#open.delete(key)
    if (this.#shared) this.#entries.delete(key)
    this.#parents.done(key)
    this.#raiseGlobal(opened.run.state())
    this.#observed ||= opened.run.observed
    this.#snapshot = undefined
  }

  finish(): void {
    if (this.#open.size > 0 || this.#dropped) return
    if (this.#observed) {
      this.#global = this.#nextGlobal
      this.#lookback = Math.ceil((this.#options.clock.monotonic() - (this.#startedAt ?? 0)) / 1000)
    }
    this.#parents.finish(this.#options.parentState?.())
    this.#snapshot = undefined
  }

  current(): StreamState {
    for (const [key, opened] of this.#open) this.#settle(key, opened)
    this.#snapshot ??= this.#write()
    return this.#snapshot
  }

  parentState(): ParentStates | undefined {
    return parentStatesOf(this.#options.state ?? {})
  }

  #write(): StreamState {
    const parents = this.#parents.reached
    return {
      use_global_cursor: this.#shared,
      ...(this.#shared ? {} : { states: [...this.#entries.values(), ...this.#legacyEntries()] }),
      ...(this.#global ? { state: this.#global } : {}),
      lookback_window: this.#lookback,
      ...defined({ parent_state: parents }),
    }
  }

  /** Takes over how far an opened partition is. */
  #settle(key: string, { partition, run }: Opened): void {
    if (this.#shared) return
    const known = this.#entries.get(key)
    const cursor = run.state()
    if (known?.cursor === cursor) return
    this.#entries.set(key, { partition: partitionOf(known, partition), cursor })
    this.#snapshot = undefined
  }

  #raiseGlobal(state: StreamState): void {
    const { cursor } = this.#options
    const value = state[cursor.cursorField]
    const best = this.#nextGlobal?.[cursor.cursorField]
    if (value === undefined || (best !== undefined && cursor.compare(value, best) <= 0)) return
    this.#nextGlobal = keepLiterals(state, { [cursor.cursorField]: value })
  }

  #share(): void {
    this.#shared = true
    // What is done needs no state of its own any more; what this run has not met yet does.
    for (const key of this.#entries.keys()) {
      if (this.#known.has(key) && !this.#open.has(key)) this.#entries.delete(key)
    }
    const text = `more than ${sharedStateAbove} partitions: from here on they share one state, so an interrupted read starts over`
    this.#options.report.log('info', text)
  }

  /** Without it the stream cannot be called read: its shared state and its parents stay where they are. */
  #dropOldest(): void {
    this.#dropped = true
    for (const key of this.#open.keys()) {
      this.#open.delete(key)
      break
    }
  }

  #repetition(partition: Partition): CursorRun {
    if (!this.#repeated) {
      this.#repeated = true
      const text = `partition ${canonicalJson(partition.values)} was handed out twice; repetitions are read once`
      const error = new ConnectorError('ERR_PARTITION_REPEATED', text, { failureType: 'transient_error' })
      this.#options.report.finding({ severity: 'warning', error })
    }
    return nothingToRead
  }

  /** The state of a partition whose values another program wrote as other types; from here on it has those of the provider. */
  #takeWritten(partition: Partition): StreamState | undefined {
    const written = this.#written.find(partition.values)
    const entry = written === undefined ? undefined : this.#entries.get(written)
    if (written === undefined || !entry) return undefined
    this.#entries.delete(written)
    this.#entries.set(canonicalJson(partition.values), { partition: sorted(partition.values), cursor: entry.cursor })
    this.#partitions -= 1
    return entry.cursor
  }

  /** The state of a partition in the oldest form, which knows partitions by the text of their only value. */
  #takeLegacy({ values }: Partition): StreamState | undefined {
    const [field, ...others] = Object.keys(values).filter((name) => name !== 'parent_slice')
    if (field === undefined || others.length > 0) return undefined
    this.#legacyField = field
    const id = String(values[field])
    const state = this.#legacy.get(id)
    this.#legacy.delete(id)
    return state
  }

  #legacyEntries(): readonly Entry[] {
    return [...this.#legacy].map(([id, cursor]) => ({ partition: { [this.#legacyField]: id }, cursor }))
  }
}

const nothingToRead: CursorRun = {
  slices: () => [],
  observe: () => undefined,
  progress: () => false,
  close: () => undefined,
  narrow: () => undefined,
  covered: () => undefined,
  keep: () => false,
  state: () => ({}),
  observed: false,
}

/** As the provider has it, where an earlier state had its long numbers as text. */
const partitionOf = (known: Entry | undefined, { values }: Partition): StreamState =>
  known && !hasLiterals(values) ? known.partition : sorted(values)

function sorted(partition: StreamState): StreamState {
  return sortedKeys(partition) as StreamState
}
