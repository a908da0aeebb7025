import type { Row } from '../../protocol/messages.ts'

/** Keys remembered per generation; two generations live at a time, so at least this many rows back are compared. */
const WINDOW = 5_000

/**
 * Drops rows of a slice that came before with the same primary key: a row that moved to the next page while we were paging.
 * Memory is bounded: only the latest {@link WINDOW} to 2 × WINDOW keys are compared, pages that repeat as a whole are the loop guard's.
 */
export type Dedupe = (rows: readonly Row[]) => readonly Row[]

export function createDedupe(primaryKey: readonly (readonly string[])[], onDuplicate: (count: number) => void): Dedupe {
  if (primaryKey.length === 0) return (rows) => rows
  let current = new Set<string>()
  let previous = new Set<string>()
  const isNew = (row: Row): boolean => {
    const key = keyOf(row, primaryKey)
    if (key === undefined) return true
    if (current.has(key) || previous.has(key)) return false
    if (current.size >= WINDOW) {
      previous = current
      current = new Set()
    }
    current.add(key)
    return true
  }
  return (rows) => {
    const kept = rows.filter(isNew)
    if (kept.length < rows.length) onDuplicate(rows.length - kept.length)
    return kept.length < rows.length ? kept : rows
  }
}

/** undefined when part of the key is missing: such a row is never taken for another one. */
function keyOf(row: Row, primaryKey: readonly (readonly string[])[]): string | undefined {
  let key = ''
  for (const path of primaryKey) {
    const value = path.length === 1 ? row[path[0] ?? ''] : path.reduce<unknown>((node, step) => (node as Row | undefined)?.[step], row)
    if (value === undefined || value === null) return undefined
    // A separator that no id holds; type first, so that 1 and "1" stay two keys.
    key += `${typeof value === 'string' ? value : `\u0001${JSON.stringify(value)}`}\u0000`
  }
  return key
}
