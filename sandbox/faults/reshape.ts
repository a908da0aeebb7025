import type { FaultKind } from './fault.ts'

type Reshape = Extract<FaultKind, { readonly kind: 'reshape' }>

/** Rows as they look once the API has changed: a field more, a field whose values have become texts, or a field less. */
export function reshaped(rows: readonly unknown[], fault: Reshape, now: Date): unknown[] {
  if (fault.from !== undefined && now.getTime() < Date.parse(fault.from)) return [...rows]
  return rows.map((row) => (typeof row === 'object' && row !== null ? reshapedRow(row, fault) : row))
}

function reshapedRow(row: object, { field, change, value = 'new' }: Reshape): object {
  if (change === 'appears') return { ...row, [field]: value }
  const { [field]: before, ...rest } = row as Readonly<Record<string, unknown>>
  return change === 'gone' || before === undefined
    ? rest
    : { ...row, [field]: typeof before === 'string' ? before : JSON.stringify(before) }
}
