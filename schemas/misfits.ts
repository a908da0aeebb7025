import type { Row } from '../framework/index.ts'
import { hasFormats } from './formats.ts'
import { BOOLEAN, INTEGER, NUMBER, type Shape, takesLong } from './shape.ts'

/** A part of a row that its schema does not have. */
export interface Misfit {
  /** Field names, and positions in lists. */
  readonly path: readonly (string | number)[]
  readonly aspect: 'columns' | 'data_types'
}

/** Everything in the value that the shape does not have; null and absent values fit everywhere. */
export function misfitsOf(shape: Shape, value: unknown, path: readonly (string | number)[] = []): readonly Misfit[] {
  if (shape.any || value === null || value === undefined) return []
  if (Array.isArray(value)) {
    const { array } = shape
    return array ? value.flatMap((inner, index) => misfitsOf(array, inner, [...path, index])) : [{ path, aspect: 'data_types' }]
  }
  if (typeof value === 'object') return misfitsOfObject(shape, value, path)
  return isFitting(shape, value) ? [] : [{ path, aspect: 'data_types' }]
}

function misfitsOfObject({ object }: Shape, value: object, path: Misfit['path']): readonly Misfit[] {
  if (!object) return [{ path, aspect: 'data_types' }]
  return Object.entries(value).flatMap(([name, inner]): readonly Misfit[] => {
    const known = object.fields.get(name) ?? object.values
    if (known) return misfitsOf(known, inner, [...path, name])
    return inner === undefined ? [] : [{ path: [...path, name], aspect: 'columns' }]
  })
}

function isFitting({ scalars, text }: Shape, value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return text !== undefined && hasFormats(value, text.formats) && (text.values?.has(value) ?? true)
    case 'boolean':
      return (scalars & BOOLEAN) !== 0
    case 'number':
      return (scalars & NUMBER) !== 0 || ((scalars & INTEGER) !== 0 && Number.isInteger(value))
    case 'bigint':
      return takesLong({ scalars, text }, value)
    default:
      return false
  }
}

/** The value at a path of a row. */
export function valueAt(row: unknown, [step, ...rest]: Misfit['path']): unknown {
  if (step === undefined) return row
  const inner: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, step) : undefined
  return valueAt(inner, rest)
}

/** A copy of the row without the values at these paths. */
export function without(row: Row, paths: readonly Misfit['path'][]): Row {
  const copy = structuredClone(row)
  // From the back, so that positions in lists stay what they were.
  for (const path of paths.toReversed()) {
    const name = path.at(-1)
    const parent = valueAt(copy, path.slice(0, -1))
    if (Array.isArray(parent) && typeof name === 'number') parent.splice(name, 1)
    else if (typeof parent === 'object' && parent !== null && name !== undefined) Reflect.deleteProperty(parent, name)
  }
  return copy
}
