import { TemplateFailure, typeError } from '../failure.ts'
import { codePointLength, codePoints } from './code-points.ts'
import { dictKeys, dictSize } from './dict.ts'
import { arrayOf, isDict, isIntegral, kindOf, typeName } from './values.ts'

/** Iteration, indexing and slicing. */

/** What a Python `for` would visit: elements, keys of a dict, characters of a text; nothing for Undefined. */
export function iterate(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return [...value]
  if (value === undefined) return []
  if (value instanceof Set) return [...value]
  if (value instanceof Uint8Array) return [...value]
  if (isDict(value)) return dictKeys(value)
  throw typeError(`'${typeName(value)}' object is not iterable`)
}

/** Python's `len()`; 0 for Undefined. */
export function lengthOf(value: unknown): number {
  if (value === undefined) return 0
  if (typeof value === 'string') return codePointLength(value)
  if (Array.isArray(value) && kindOf(value) !== 'generator') return value.length
  if (value instanceof Set) return value.size
  if (value instanceof Uint8Array) return value.length
  if (isDict(value)) return dictSize(value)
  throw typeError(`object of type '${typeName(value)}' has no len()`)
}

/** A marked sequence whose elements were computed lazily in Python: always true, no length, no index. */
export function generator(items: readonly unknown[]): readonly unknown[] {
  return arrayOf('generator', items)
}

/** The element at `index`, from the end when negative; undefined outside. */
export function elementAt(items: ArrayLike<unknown>, index: number): unknown {
  return items[index < 0 ? items.length + index : index]
}

/** Null and undefined are open ends. */
export interface SliceBounds {
  readonly start: unknown
  readonly stop: unknown
  readonly step: unknown
}

function bound(value: unknown, fallback: number): number {
  if (value === null || value === undefined) return fallback
  if (!isIntegral(value)) throw typeError('slice indices must be integers or None')
  return Number(value)
}

/** The indices that Python's `slice.indices(length)` visits. */
function sliceIndices(length: number, { start, stop, step }: SliceBounds): number[] {
  const stride = bound(step, 1)
  if (stride === 0) throw new TemplateFailure('ValueError', 'slice step cannot be zero')
  const clamp = (index: number): number => {
    const absolute = index < 0 ? index + length : index
    return stride > 0 ? Math.min(Math.max(absolute, 0), length) : Math.min(Math.max(absolute, -1), length - 1)
  }
  const from = start === null || start === undefined ? (stride > 0 ? 0 : length - 1) : clamp(bound(start, 0))
  const to = stop === null || stop === undefined ? (stride > 0 ? length : -1) : clamp(bound(stop, 0))
  const indices: number[] = []
  for (let index = from; stride > 0 ? index < to : index > to; index += stride) indices.push(index)
  return indices
}

/** JavaScript's slice counts from the end and clamps as Python's does. */
function plainSlice(value: string, { start, stop }: SliceBounds): string {
  return value.slice(bound(start, 0), bound(stop, value.length))
}

/** `value[start:stop:step]`. */
export function sliceOf(value: unknown, bounds: SliceBounds): unknown {
  if (typeof value === 'string') {
    if ((bounds.step === null || bounds.step === undefined) && typeof codePoints(value) === 'string') return plainSlice(value, bounds)
    const characters = codePoints(value)
    return sliceIndices(characters.length, bounds)
      .map((index) => characters[index])
      .join('')
  }
  if (Array.isArray(value) && (kindOf(value) === 'list' || kindOf(value) === 'tuple')) {
    const items = sliceIndices(value.length, bounds).map((index) => value[index])
    return kindOf(value) === 'tuple' ? arrayOf('tuple', items) : items
  }
  if (value instanceof Uint8Array) return Uint8Array.from(sliceIndices(value.length, bounds), (index) => value[index] ?? 0)
  if (value === undefined) throw new TemplateFailure('UndefinedError', 'an undefined value cannot be sliced')
  if (isDict(value)) throw typeError("unhashable type: 'slice'")
  throw typeError(`'${typeName(value)}' object is not subscriptable`)
}
