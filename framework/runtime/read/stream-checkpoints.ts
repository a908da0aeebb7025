import type { Clock } from '../../clock.ts'
import { noCursorState, type StreamStateRun } from '../../components/cursors/partition-state.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { BoundStream } from '../assembly/bound-stream.ts'
import type { Item } from '../ports/items.ts'
import type { BackfillRange } from './backfill.ts'
import type { Channel } from './channel.ts'
import { type StreamRefresh, stateItems } from './refresh.ts'
import { postKept } from './until-kept.ts'

/**
 * STATE of a stream with many partitions is large: beyond so many it waits for more slices than one, or for this time, and is always
 * sent at the end.
 */
const STATE_EVERY_MS = 10_000
const SMALL_STATE_PARTITIONS = 500

export interface CheckpointOptions {
  readonly clock: Clock
  readonly out: Channel<Item>
  readonly signal: AbortSignal
  /** Backfill: read this range; the state is then the backfill's own progress. */
  readonly range?: BackfillRange
  /** The stream is read from its start, or from where an interrupted refresh came to. */
  readonly refresh?: StreamRefresh
  /** See `read`: nothing is asked for behind a STATE that is not kept yet. */
  readonly waitForStates?: boolean
}

/** When the state of one stream is handed on, and what it says. */
export class StreamCheckpoints {
  readonly #bound: BoundStream
  readonly #options: CheckpointOptions
  readonly #state: StreamStateRun
  #partitions = 0
  /** Both since the last STATE. */
  #rows = 0
  #due = 0
  #sentAt = Number.NEGATIVE_INFINITY

  constructor(bound: BoundStream, state: StreamStateRun, options: CheckpointOptions) {
    this.#bound = bound
    this.#state = state
    this.#options = options
  }

  partition(): void {
    this.#partitions += 1
  }

  rows(count: number): void {
    this.#rows += count
  }

  /** Resolves once what was read so far is kept: a slice that was stopped here resumes here. */
  async checkpoint(): Promise<void> {
    if (!this.#isKept()) return
    this.#due += 1
    const now = this.#options.clock.monotonic()
    const isDue = this.#due * SMALL_STATE_PARTITIONS >= this.#partitions || now - this.#sentAt >= STATE_EVERY_MS
    if (!isDue) return
    this.#sentAt = now
    await this.#send(this.#state.current(), { complete: false })
  }

  /** The last state of the stream. One without a cursor has a state only to say that it was read as a whole. */
  async last({ complete }: { readonly complete: boolean }): Promise<void> {
    if (complete) this.#state.finish()
    if (this.#isKept()) await this.#send(this.#state.current(), { complete })
    else if (!this.#options.range && complete) await this.#send(noCursorState, { complete })
  }

  async #send(state: StreamState, { complete }: { readonly complete: boolean }): Promise<void> {
    const { range, refresh, out } = this.#options
    const items = stateItems(state, { stream: this.#bound.info, complete, rows: this.#rows, range, refresh })
    this.#rows = 0
    this.#due = 0
    const last = items.at(-1)
    for (const item of items.slice(0, -1)) out.post(item)
    if (last) await postKept(last, this.#options)
  }

  /** A backfill has a state only where a registry keeps its progress. */
  #isKept(): boolean {
    const { range } = this.#options
    return this.#bound.stream.cursor !== undefined && (range === undefined || range.resumable === true)
  }
}
