import type { DestinationReport, RunInfo, StreamInfo } from '../../framework/index.ts'
import { stageName, stagePrefix } from './names.ts'
import type { TableBuffer } from './table-buffer.ts'
import { isOwned, type TablePlan } from './table-plan.ts'
import type { Replaced, Replacement, TableStore } from './table-store.ts'

interface Stage {
  readonly stream: StreamInfo
  /** Of the table whose rows it replaces. */
  plan: TablePlan
  readonly buffer: TableBuffer
}

/** Takes what was replaced, by the name of the stage. */
type Report = (results: ReadonlyMap<string, Replaced>) => void

/** Tables in which the rows of streams wait that replace what was there before: one for each stream, until it is complete. */
export class StageTables {
  readonly #store: TableStore
  readonly #newBuffer: (plan: TablePlan, table: string) => TableBuffer
  readonly #stages = new Map<string, Stage>()
  readonly #complete = new Set<string>()
  readonly #replaced = new Map<string, number>()
  readonly #unowned = new Map<string, number>()
  #connection = ''
  /** Stages that earlier runs left. */
  #found: ReadonlySet<string> = new Set()

  /** `newBuffer`: a buffer for the rows of a plan; what it tells of them names the table given. */
  constructor(store: TableStore, newBuffer: (plan: TablePlan, table: string) => TableBuffer) {
    this.#store = store
    this.#newBuffer = newBuffer
  }

  /** Drops what earlier runs of the connection left behind and this run does not resume. */
  async open({ connection, streams }: RunInfo): Promise<void> {
    this.#connection = connection
    this.#found = new Set(await this.#store.tables(stagePrefix()))
    for (const stream of streams) await this.dropStale(stream)
  }

  /** Those that an earlier run began to replace and whose rows are not here. */
  lost(streams: readonly StreamInfo[]): readonly string[] {
    return streams.filter((stream) => isResumed(stream) && !this.#found.has(this.#nameOf(stream))).map(({ name }) => name)
  }

  hasStale(stream: StreamInfo): boolean {
    return this.#staleOf(stream).length > 0
  }

  async dropStale(stream: StreamInfo): Promise<void> {
    const stale = this.#staleOf(stream)
    if (stale.length === 0) return
    await this.#store.drop(stale)
    this.#found = new Set([...this.#found].filter((table) => !stale.includes(table)))
  }

  /** What earlier runs left of the stream and this one does not resume. */
  #staleOf(stream: StreamInfo): readonly string[] {
    if (this.#found.size === 0) return []
    const prefix = stagePrefix({ connection: this.#connection, stream: stream.name })
    const resumed = isResumed(stream) ? this.#nameOf(stream) : undefined
    return [...this.#found].filter((table) => table.startsWith(prefix) && table !== resumed)
  }

  #nameOf({ name, write }: StreamInfo): string {
    const refresh = write?.mode === 'replace' ? write.refresh : ''
    return stageName({ connection: this.#connection, stream: name }, refresh)
  }

  /** Where the rows of a stream go that replaces those in the table of the plan. */
  async bufferOf(stream: StreamInfo, plan: TablePlan): Promise<TableBuffer> {
    const known = this.#stages.get(stream.name)
    if (known) return known.buffer
    const buffer = this.#newBuffer(await this.#prepared(stream, plan), plan.name)
    this.#stages.set(stream.name, { stream, plan, buffer })
    return buffer
  }

  /** The table has other columns now: its stages get them too. Only while their buffers are empty. */
  async replan(plan: TablePlan): Promise<void> {
    for (const stage of this.#stages.values()) {
      if (stage.plan.name !== plan.name) continue
      stage.plan = plan
      stage.buffer.replan(await this.#prepared(stage.stream, plan))
    }
  }

  /** Of the table, or of all. */
  buffersOf(table?: string): readonly TableBuffer[] {
    return [...this.#stages.values()].filter(({ plan }) => table === undefined || plan.name === table).map(({ buffer }) => buffer)
  }

  /** The stream has all its rows: they take the place of the old ones with the next write. */
  complete(stream: string): void {
    if (this.#stages.has(stream)) this.#complete.add(stream)
  }

  /** Replacements that are due, and what to tell once they are done. */
  take(): { readonly replacements: readonly Replacement[]; readonly replaced: Report } {
    const due = [...this.#complete].flatMap((name) => this.#stages.get(name) ?? [])
    this.#complete.clear()
    for (const { stream } of due) this.#stages.delete(stream.name)
    return {
      replacements: due.map(({ stream, plan, buffer }) => ({
        plan,
        stage: buffer.plan.name,
        stream: stream.name,
        owner: isOwned(plan) ? stream.name : undefined,
      })),
      replaced: (results) => {
        for (const { stream, plan, buffer } of due) {
          const result = results.get(buffer.plan.name)
          if (!result) continue
          const { before, unowned } = result
          this.#replaced.set(stream.name, before)
          if (unowned > 0) this.#unowned.set(this.#store.place(plan.name), unowned)
        }
      },
    }
  }

  report(): Pick<DestinationReport, 'replaced' | 'unowned'> {
    return {
      ...(this.#replaced.size > 0 ? { replaced: Object.fromEntries(this.#replaced) } : {}),
      ...(this.#unowned.size > 0 ? { unowned: Object.fromEntries(this.#unowned) } : {}),
    }
  }

  async #prepared(stream: StreamInfo, plan: TablePlan): Promise<TablePlan> {
    const staged = { ...plan, name: this.#nameOf(stream) }
    await this.#store.prepare(staged)
    return staged
  }
}

const isResumed = ({ write }: StreamInfo): boolean => write?.mode === 'replace' && write.resumed
