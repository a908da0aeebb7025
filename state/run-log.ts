import { type CompleteRange, ConfigError, isObject, type RunLog, type RunRecord } from '../framework/index.ts'
import { parseJson, unreadable } from './document.ts'

/** Texts by name, of one connection; what a registry has to offer for runs to be logged. */
export interface RunStore {
  put(connection: string, name: string, text: string): Promise<void>
  get(connection: string, name: string): Promise<string | undefined>
  /** In order. */
  names(connection: string): Promise<readonly string[]>
  remove(connection: string, name: string): Promise<void>
}

/** Ids of runs are made by this program and need no encoding; anything else does not exist. */
export function plainName(name: string): string {
  if (/^[\w-]{1,100}$/.test(name)) return name
  throw new ConfigError('ERR_RUN_ID', `${JSON.stringify(name.slice(0, 100))} is not the id of a run`)
}

/** Runs whose record is kept. */
const keptRuns = 50
/** Ranges kept per stream that could not be merged. */
const keptRanges = 100
/** Where the ranges of runs go whose record is dropped. Sorts behind the ids of runs, which start with a digit. */
const ledger = 'complete'

type Ranges = Readonly<Record<string, readonly CompleteRange[]>>

export function createRunLog(store: RunStore): RunLog {
  const runs = async (connection: string) => (await store.names(connection)).filter((name) => name !== ledger).toReversed()
  const read = async (connection: string, name: string): Promise<unknown> => {
    const text = await store.get(connection, name)
    return text === undefined ? undefined : parseJson(text, `${connection}/${name}`)
  }
  const record = async (connection: string, name: string): Promise<RunRecord | undefined> => {
    const value = await read(connection, name)
    if (value === undefined) return undefined
    if (!isObject(value) || typeof value['run_id'] !== 'string' || !Array.isArray(value['streams'])) {
      throw unreadable(`${connection}/${name}`, 'it is not a record of a run')
    }
    return value as unknown as RunRecord
  }
  const dropped = async (connection: string): Promise<Ranges> => ((await read(connection, ledger)) ?? {}) as Ranges

  return {
    async save(entry) {
      const { connection, run_id } = entry
      await store.put(connection, run_id, `${JSON.stringify(entry)}\n`)
      for (const old of (await runs(connection)).slice(keptRuns)) {
        const found = await record(connection, old)
        // What a run proved outlives its record; only then may the record go.
        if (found) await store.put(connection, ledger, `${JSON.stringify(addRun(await dropped(connection), found))}\n`)
        await store.remove(connection, old)
      }
    },
    async list(connection) {
      const records: RunRecord[] = []
      for (const name of await runs(connection)) {
        const found = await record(connection, name)
        if (found) records.push(found)
      }
      return records
    },
    async complete(connection) {
      let ranges = await dropped(connection)
      for (const name of (await runs(connection)).toReversed()) {
        const found = await record(connection, name)
        if (found) ranges = addRun(ranges, found)
      }
      return ranges
    },
  }
}

function addRun(ranges: Ranges, { streams }: RunRecord): Ranges {
  const added = Object.entries(ranges)
  const known = new Map(added)
  for (const { stream, complete = [] } of streams) {
    if (complete.length > 0) known.set(stream, mergeRanges([...(known.get(stream) ?? []), ...complete]))
  }
  return Object.fromEntries(known)
}

/**
 * Joins ranges that touch or overlap; sorted. Values of one cursor have one format, of which the order of texts is the order of time
 * in all but odd ones; for those ranges that cannot be joined just stand side by side.
 */
export function mergeRanges(ranges: readonly CompleteRange[]): readonly CompleteRange[] {
  const sorted = ranges.toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
  const merged: CompleteRange[] = []
  for (const range of sorted) {
    const last = merged.at(-1)
    if (last && compare(range.from, last.to) <= 0)
      merged[merged.length - 1] = { from: last.from, to: compare(range.to, last.to) > 0 ? range.to : last.to }
    else merged.push(range)
  }
  return merged.slice(-keptRanges)
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a) < String(b) ? -1 : Number(String(a) > String(b))
}
