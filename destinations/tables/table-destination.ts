import {
  type ConnectorError,
  type Destination,
  type DestinationReport,
  defined,
  groupCommit,
  type Item,
  type PageItem,
  type RowChanges,
  type RunInfo,
  type StreamInfo,
  type StreamState,
  WRITE_MODES,
  withContext,
} from '../../framework/index.ts'
import { propertiesOf } from './column-type.ts'
import { Misfits } from './misfits.ts'
import { isRowError, Rejections, TableRejection } from './rejections.ts'
import { StageTables } from './stage-tables.ts'
import { TableBuffer } from './table-buffer.ts'
import { mergePlans, planTable, type TableLayout, type TablePlan } from './table-plan.ts'
import type { TableStore } from './table-store.ts'
import { TableWriter } from './table-writer.ts'

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
  readonly writes = WRITE_MODES
  readonly readsAhead = true
  readonly prompt = true
  readonly #store: TableStore
  readonly #layout: TableLayout
  readonly #learn: TableOptions['learn']
  readonly #tables = new Map<string, TableBuffer>()
  readonly #stages: StageTables
  /** The buffer of each stream as last described; a stream may be described again when its schema changes. */
  readonly #streams = new Map<StreamInfo, TableBuffer>()
  readonly #planned = new Map<string, Map<unknown, string>>()
  readonly #rejections = new Rejections()
  readonly #writer: TableWriter
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
    this.#writer = new TableWriter(store, this.#rejections, (table) => this.#streamsOf.get(table) ?? [])
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
      const plan = this.#isOpen(stream) ? undefined : this.#newPlan(stream)
      if (!plan) continue
      const known = plans.get(plan.name)
      plans.set(plan.name, known ? mergePlans(known, plan) : plan)
      this.#markPlanned(stream)
    }
    for (const plan of plans.values())
      await this.#rejecting(
        () => this.#streamsOf.get(plan.name) ?? [],
        () => this.#prepare(plan),
      )
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
    return { rows: this.#writer.rows(), places, misfits: this.#misfits.counts(), ...this.#stages.report() }
  }

  changes(stream: string): RowChanges {
    return this.#writer.changes(stream)
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
    if (!this.#rejections.has(stream)) await this.#rejecting(() => [stream], work)
  }

  async #rejecting(streams: () => Iterable<string>, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      const [stream, ...others] = streams()
      if (stream === undefined || !(isRowError(thrown) || thrown instanceof TableRejection)) throw withContext(thrown, defined({ stream }))
      this.#rejections.reject([stream, ...others], thrown)
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
    const wanted = this.#newPlan(stream)
    const name = wanted?.name ?? this.#plan(stream).name
    const known = this.#tables.get(name)
    if (wanted) {
      await this.#prepare(known ? mergePlans(known.plan, wanted) : wanted)
      // After a rejection the next stream with this schema asks again, and is rejected itself.
      this.#markPlanned(stream)
    }
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

  /** The plan of the stream's table, unless it is prepared for a stream with the same schema. */
  #newPlan(stream: StreamInfo): TablePlan | undefined {
    const plan = this.#plan(stream)
    return this.#planned.get(plan.name)?.get(stream.schema) === keyText(stream) ? undefined : plan
  }

  #markPlanned(stream: StreamInfo): void {
    const { name } = this.#plan(stream)
    const schemas = this.#planned.get(name) ?? new Map<unknown, string>()
    this.#planned.set(name, schemas.set(stream.schema, keyText(stream)))
  }

  async #prepare(plan: TablePlan): Promise<void> {
    const known = this.#tables.get(plan.name)
    // What was collected fits the columns of before.
    if ([known, ...this.#stages.buffersOf(plan.name)].some((buffer) => buffer && buffer.size > 0)) await this.#flush()
    await this.#writing
    const prepared = await this.#store.prepare(plan)
    if (known) known.replan(prepared)
    else this.#tables.set(plan.name, this.#newBuffer(prepared))
    await this.#stages.replan(prepared)
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
    const written = this.#writing.then(async () => replaced(await this.#writer.write(batches, commit, replacements)))
    // A failure is final: nothing may be written after a batch that was not.
    this.#writing = written
    written.catch(() => this.#giveUp())
    return written
  }
}

const keyText = ({ primaryKey, write }: StreamInfo): string => JSON.stringify([primaryKey, write?.mode === 'append'])
