import {
  type Destination,
  type DestinationReport,
  groupCommit,
  type Item,
  type RunInfo,
  type StreamInfo,
  type StreamState,
  withContext,
} from '../../framework/index.ts'
import { StageTables } from './stage-tables.ts'
import { TableBuffer } from './table-buffer.ts'
import { mergePlans, planTable, type TableLayout, type TablePlan, withTypes } from './table-plan.ts'
import type { TableStore } from './table-store.ts'

/** Rows and characters held before they are written even without a STATE. */
const mostRows = 10_000
const mostCharacters = 8_000_000

/**
 * Tables in a database. Rows are upserted by the key of their stream, so that a page that is read again changes nothing; rows of
 * streams without a key are appended. Rows that replace others wait in a table of their own until their stream is complete. A STATE is
 * handed on once all rows before it are committed.
 */
export class TableDestination implements Destination {
  readonly readsAhead = true
  readonly #store: TableStore
  readonly #layout: TableLayout
  readonly #tables = new Map<string, TableBuffer>()
  readonly #stages: StageTables
  /** The buffer of each stream as last described; a stream may be described anew when its schema changes. */
  readonly #streams = new Map<StreamInfo, TableBuffer>()
  readonly #planned = new Map<string, Map<unknown, string>>()
  readonly #rows = new Map<string, number>()
  /** Streams whose rows replace those of before. */
  readonly #replacing = new Map<string, StreamInfo>()
  #states = new Map<string, StreamState>()
  #position: number | undefined
  #writing: Promise<void> = Promise.resolve()
  #giveUp = (): void => undefined

  constructor(store: TableStore, layout: TableLayout = 'shared') {
    this.#store = store
    this.#stages = new StageTables(store)
    this.#layout = layout
  }

  async open(run: RunInfo): Promise<void> {
    if (run.giveUp) this.#giveUp = run.giveUp
    await this.#store.open(run.runId)
    const plans = new Map<string, TablePlan>()
    for (const stream of run.streams) {
      if (stream.write?.mode === 'replace') this.#replacing.set(stream.name, stream)
      const plan = this.#planOnce(stream)
      if (!plan) continue
      const known = plans.get(plan.name)
      plans.set(plan.name, known ? mergePlans(known, plan) : plan)
    }
    for (const plan of plans.values()) await this.#prepare(plan)
    await this.#stages.open(run)
  }

  lost(): readonly string[] {
    return this.#stages.lost
  }

  write(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    return groupCommit(items, {
      accept: (item) => this.#accept(item),
      full: () => this.#isFull(),
      flush: () => this.#flush(),
    })
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  report(): DestinationReport {
    const places = Array.from(this.#tables.keys(), (name) => this.#store.place(name))
    return { rows: Object.fromEntries(this.#rows), places, ...this.#stages.report() }
  }

  async #accept(item: Item): Promise<void> {
    if (item.type === 'page') {
      try {
        const buffer = this.#streams.get(item.stream) ?? (await this.#bufferOf(item.stream))
        buffer.add(item)
      } catch (thrown) {
        throw withContext(thrown, { stream: item.stream.name })
      }
    } else if (item.message.type === 'STATE') {
      const { stream_descriptor, stream_state } = item.message.state.stream
      this.#states.set(item.stateKey ?? stream_descriptor.name, stream_state)
      this.#position = item.position
      if (item.completes) await this.#complete(stream_descriptor.name)
    }
  }

  /** A stream without rows replaces those of before too. */
  async #complete(name: string): Promise<void> {
    const stream = this.#replacing.get(name)
    if (!stream) return
    if (!this.#streams.has(stream)) await this.#bufferOf(stream)
    this.#stages.complete(name)
  }

  /** The buffer of the table, which gets the columns that the stream needs. */
  async #bufferOf(stream: StreamInfo): Promise<TableBuffer> {
    const wanted = this.#planOnce(stream)
    const name = wanted?.name ?? planTable(stream, this.#layout).name
    const known = this.#tables.get(name)
    if (wanted) await this.#prepare(known ? mergePlans(known.plan, wanted) : wanted)
    const buffer = this.#tables.get(name) ?? new TableBuffer(planTable(stream, this.#layout))
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
    return planTable(stream, this.#layout)
  }

  async #prepare(plan: TablePlan): Promise<void> {
    const known = this.#tables.get(plan.name)
    // What was collected fits the columns of before.
    if ([known, ...this.#stages.buffersOf(plan.name)].some((buffer) => buffer && buffer.size > 0)) await this.#flush()
    await this.#writing
    const types = await this.#store.prepare(plan)
    const prepared = withTypes(plan, types)
    if (known) known.replan(prepared)
    else this.#tables.set(plan.name, new TableBuffer(prepared))
    await this.#stages.replan(prepared)
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
    const written = this.#writing.then(async () => {
      replaced(await this.#store.write(batches, commit, replacements))
      for (const { taken } of batches) {
        for (const [stream, rows] of taken) this.#rows.set(stream, (this.#rows.get(stream) ?? 0) + rows)
      }
    })
    // A failure is final: nothing may be written after a batch that was not.
    this.#writing = written
    written.catch(() => this.#giveUp())
    return written
  }
}
