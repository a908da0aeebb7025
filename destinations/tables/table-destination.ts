import {
  type ConnectorError,
  type Destination,
  type DestinationReport,
  groupCommit,
  type Item,
  type PageItem,
  type RunInfo,
  type StateCommit,
  type StreamInfo,
  type StreamState,
  withContext,
} from '../../framework/index.ts'
import { propertiesOf } from './column-type.ts'
import { Misfits } from './misfits.ts'
import { isRowError, Rejections, TableRejection } from './rejections.ts'
import { StageTables } from './stage-tables.ts'
import { type Batch, TableBuffer } from './table-buffer.ts'
import { mergePlans, planTable, type TableLayout, type TablePlan } from './table-plan.ts'
import type { Replaced, Replacement, TableStore } from './table-store.ts'

/** Rows and characters held before they are written even without a STATE. */
const mostRows = 10_000
const mostCharacters = 8_000_000

export interface TableOptions {
  readonly layout?: TableLayout | undefined
  /** Gives a page of a stream without a schema the one that its rows show. Without it such streams get columns for their keys only. */
  readonly learn?: ((page: PageItem) => PageItem) | undefined
}

/**
 * Tables in a database. Rows are upserted by the key of their stream, so that a page that is read again changes nothing; rows of
 * streams without a key are appended. Rows that replace others wait in a table of their own until their stream is complete. A STATE is
 * handed on once all rows before it are committed.
 */
export class TableDestination implements Destination {
  readonly readsAhead = true
  readonly prompt = true
  readonly #store: TableStore
  readonly #layout: TableLayout
  readonly #learn: TableOptions['learn']
  readonly #tables = new Map<string, TableBuffer>()
  readonly #stages: StageTables
  /** The buffer of each stream as last described; a stream may be described anew when its schema changes. */
  readonly #streams = new Map<StreamInfo, TableBuffer>()
  readonly #planned = new Map<string, Map<unknown, string>>()
  readonly #rows = new Map<string, number>()
  readonly #rejections = new Rejections()
  readonly #misfits = new Misfits()
  readonly #streamsOf = new Map<string, Set<string>>()
  /** Streams whose rows replace those of before, as last described. */
  readonly #replacing = new Map<string, StreamInfo>()
  #states = new Map<string, StreamState>()
  #position: number | undefined
  #writing: Promise<void> = Promise.resolve()
  #giveUp = (): void => undefined

  constructor(store: TableStore, { layout = 'shared', learn }: TableOptions = {}) {
    this.#store = store
    this.#learn = learn
    this.#stages = new StageTables(store, (plan, table) => this.#newBuffer(plan, table))
    this.#layout = layout
  }

  async open(run: RunInfo): Promise<void> {
    if (run.giveUp) this.#giveUp = run.giveUp
    this.#rejections.open(run)
    const warn = (error: ConnectorError) => run.finding?.({ severity: 'warning', error })
    this.#misfits.warn = warn
    await this.#store.open({ runId: run.runId, warn })
    const plans = new Map<string, TablePlan>()
    for (const stream of run.streams) {
      this.#belongs(stream)
      const plan = this.#isOpen(stream) ? undefined : this.#planOnce(stream)
      if (!plan) continue
      const known = plans.get(plan.name)
      plans.set(plan.name, known ? mergePlans(known, plan) : plan)
    }
    for (const plan of plans.values()) await this.#prepare(plan)
    await this.#stages.open(run)
  }

  lost(streams: readonly StreamInfo[]): readonly string[] {
    return this.#stages.lost(streams)
  }

  async *write(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    const committed = groupCommit(items, {
      accept: (item) => this.#accept(item),
      full: () => this.#isFull(),
      flush: () => this.#flush(),
    })
    for await (const item of committed) {
      const passed = this.#rejections.passed(item)
      if (passed) yield passed
    }
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  report(): DestinationReport {
    const places = Array.from(this.#tables.keys(), (name) => this.#store.place(name))
    return { rows: Object.fromEntries(this.#rows), places, misfits: this.#misfits.counts(), ...this.#stages.report() }
  }

  async #accept(item: Item): Promise<void> {
    if (item.type === 'page') {
      await this.#unlessRejected(item.stream.name, async () => {
        const page = this.#learn?.(item) ?? item
        const buffer = this.#streams.get(page.stream) ?? (await this.#bufferOf(page.stream))
        if (!this.#rejections.has(item.stream.name)) buffer.add(page)
      })
    } else if (item.message.type === 'STATE') {
      const { stream_descriptor, stream_state } = item.message.state.stream
      this.#states.set(item.stateKey ?? stream_descriptor.name, stream_state)
      this.#position = item.position
      const { name } = stream_descriptor
      const { completes } = item
      if (completes) await this.#unlessRejected(name, () => this.#complete(this.#replacing.get(name) ?? completes))
    }
  }

  /** What goes wrong with one row or one table fails the stream alone. */
  async #unlessRejected(stream: string, work: () => Promise<void>): Promise<void> {
    if (this.#rejections.has(stream)) return
    try {
      await work()
    } catch (thrown) {
      if (!isRowError(thrown) && !(thrown instanceof TableRejection)) throw withContext(thrown, { stream })
      this.#rejections.reject([stream], thrown)
    }
  }

  /** A stream without rows replaces those of before too. */
  async #complete(stream: StreamInfo): Promise<void> {
    if (stream.write?.mode !== 'replace') return
    if (!this.#streams.has(stream)) {
      const { name: table } = this.#plan(stream)
      // Nothing is known of its columns, and there are no rows of before.
      if (this.#isOpen(stream) && !(await this.#store.tables(table)).includes(table)) return
      await this.#bufferOf(stream)
    }
    this.#stages.complete(stream.name)
  }

  /** The buffer of the table, which gets the columns that the stream needs. */
  async #bufferOf(stream: StreamInfo): Promise<TableBuffer> {
    this.#belongs(stream)
    if (this.#stages.hasStale(stream)) {
      await this.#writing
      await this.#stages.dropStale(stream)
    }
    const wanted = this.#planOnce(stream)
    const name = wanted?.name ?? this.#plan(stream).name
    const known = this.#tables.get(name)
    if (wanted) await this.#prepare(known ? mergePlans(known.plan, wanted) : wanted)
    const buffer = this.#tables.get(name) ?? this.#newBuffer(this.#plan(stream))
    const target = stream.write?.mode === 'replace' ? await this.#stageOf(stream, buffer.plan) : buffer
    this.#streams.set(stream, target)
    return target
  }

  async #stageOf(stream: StreamInfo, plan: TablePlan): Promise<TableBuffer> {
    this.#replacing.set(stream.name, stream)
    // A database may have one transaction at a time.
    await this.#writing
    return this.#stages.bufferOf(stream, plan)
  }

  /** The plan of the stream's table, unless a stream of the same table brought the same schema before. */
  #planOnce(stream: StreamInfo): TablePlan | undefined {
    const { kind, name, schema, primaryKey, write } = stream
    const table = this.#layout === 'shared' ? kind : name
    const schemas = this.#planned.get(table) ?? new Map<unknown, string>()
    this.#planned.set(table, schemas)
    const key = JSON.stringify([primaryKey, write?.mode === 'append'])
    if (schemas.get(schema) === key) return undefined
    schemas.set(schema, key)
    return this.#plan(stream)
  }

  async #prepare(plan: TablePlan): Promise<void> {
    const known = this.#tables.get(plan.name)
    // What was collected fits the columns of before.
    if ([known, ...this.#stages.buffersOf(plan.name)].some((buffer) => buffer && buffer.size > 0)) await this.#flush()
    await this.#writing
    const prepared = await this.#prepared(plan)
    if (!prepared) return
    if (known) known.replan(prepared)
    else this.#tables.set(plan.name, this.#newBuffer(prepared))
    await this.#stages.replan(prepared)
  }

  /** undefined when the table cannot take rows: its streams are rejected. */
  async #prepared(plan: TablePlan): Promise<TablePlan | undefined> {
    try {
      return await this.#store.prepare(plan)
    } catch (thrown) {
      if (!(thrown instanceof TableRejection)) throw thrown
      this.#rejections.reject(this.#streamsOf.get(plan.name) ?? [], thrown)
      return undefined
    }
  }

  /** Its columns are not known before its first page. */
  #isOpen({ schema }: StreamInfo): boolean {
    return this.#learn !== undefined && propertiesOf(schema).size === 0
  }

  #newBuffer(plan: TablePlan, table = plan.name): TableBuffer {
    return new TableBuffer(plan, (field, value, why) => this.#misfits.note(`${table}.${field}`, value, why))
  }

  #plan(stream: StreamInfo): TablePlan {
    return planTable(stream, this.#layout, this.#store.reservedColumns)
  }

  #belongs(stream: StreamInfo): void {
    const { name } = this.#plan(stream)
    const streams = this.#streamsOf.get(name)
    if (streams) streams.add(stream.name)
    else this.#streamsOf.set(name, new Set([stream.name]))
  }

  #buffers(): readonly TableBuffer[] {
    return [...this.#tables.values(), ...this.#stages.buffersOf()]
  }

  #isFull(): boolean {
    let rows = 0
    let characters = 0
    for (const buffer of this.#buffers()) {
      rows += buffer.size
      characters += buffer.weight
    }
    return rows >= mostRows || characters >= mostCharacters
  }

  #flush(): Promise<void> {
    const batches = this.#buffers().flatMap((buffer) => buffer.take() ?? [])
    const commit = { streams: Object.fromEntries(this.#states), position: this.#position }
    this.#states = new Map()
    const { replacements, replaced } = this.#stages.take()
    if (batches.length === 0 && Object.keys(commit.streams).length === 0) return this.#writing
    const written = this.#writing.then(async () => replaced(await this.#writeAll(batches, commit, replacements)))
    // A failure is final: nothing may be written after a batch that was not.
    this.#writing = written
    written.catch(() => this.#giveUp())
    return written
  }

  /** Writes what the tables take; the streams of a table that rejects its rows are left out, with their states. Gives what was replaced. */
  async #writeAll(
    batches: readonly Batch[],
    { streams, position }: StateCommit,
    replacements: readonly Replacement[],
  ): Promise<ReadonlyMap<string, Replaced>> {
    const wanted = batches.filter(({ taken }) => [...taken.keys()].some((stream) => !this.#rejections.has(stream)))
    const due = replacements.filter(({ stream }) => !this.#rejections.has(stream))
    const commit = { streams: Object.fromEntries(Object.entries(streams).filter(([key]) => !this.#rejections.hasState(key))), position }
    if (wanted.length === 0 && due.length === 0 && Object.keys(commit.streams).length === 0) return new Map()
    try {
      const results = await this.#store.write(wanted, commit, due)
      this.#count(wanted)
      return new Map(due.flatMap(({ stage }, index) => (results[index] ? [[stage, results[index]] as const] : [])))
    } catch (thrown) {
      if (!(thrown instanceof TableRejection)) throw thrown
      const { table } = thrown
      const rejected = wanted.filter(({ plan }) => plan.name === table).flatMap(({ taken }) => [...taken.keys()])
      this.#rejections.reject([...rejected, ...(this.#streamsOf.get(table) ?? [])], thrown)
      const rest = wanted.filter(({ plan }) => plan.name !== table)
      return this.#writeAll(rest, commit, due)
    }
  }

  #count(batches: readonly Batch[]): void {
    for (const { taken } of batches) {
      for (const [stream, rows] of taken) this.#rows.set(stream, (this.#rows.get(stream) ?? 0) + rows)
    }
  }
}
