import { fraction, mix } from '../hash.ts'

/** Shares a total out over names; they add up to it. Parts that round to nothing are left out. */
export function shareOut(key: number, total: number, names: readonly string[]): [string, number][] {
  let rest = total
  return names
    .map((name, index): [string, number] => {
      const part = index === names.length - 1 ? rest : Math.floor(rest * (0.25 + fraction(mix(key, index, 31)) * 0.5))
      rest -= part
      return [name, part]
    })
    .filter(([, part]) => part > 0)
}

/** One line of a breakdown as the API shows it. */
export interface BreakdownResult {
  readonly dimension_values: string[]
  readonly value: number
}

/** Shares a total out over one dimension after the other: two dimensions give each combination that is not zero. */
export function breakDown(key: number, total: number, dimensions: readonly (readonly string[])[]): BreakdownResult[] {
  const [first, ...others] = dimensions
  if (!first) return []
  return shareOut(key, total, first).flatMap(([name, part], index) =>
    others.length === 0
      ? [{ dimension_values: [name], value: part }]
      : breakDown(mix(key, index, 32), part, others).map(({ dimension_values, value }) => ({
          dimension_values: [name, ...dimension_values],
          value,
        })),
  )
}
