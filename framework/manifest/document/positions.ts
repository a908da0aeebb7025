import type { Locate, Position } from '../definition/component.ts'

/** Offsets of an object and its keys in the text. */
export interface Spot {
  readonly offset: number
  readonly keys: readonly (string | number)[]
  readonly offsets: readonly number[]
  /** The object that the remaining keys came from: the target of a `$ref` or a merged mapping. */
  readonly base?: object
}

/** Where the objects of one file stand. Objects are found by identity, so that copies must be announced. */
export interface Positions {
  readonly locate: Locate
  /** Position of a character of the text. */
  at(offset: number): Position
  record(node: object, spot: Spot): void
  /** `copy` stands where `original` stands. */
  copied(original: object, copy: object): void
  /** `result` has the keys of `own`, and behind them those of `base`. */
  merged(result: object, own: object, base: object): void
}

/** `lineStarts` holds the offset of the first character of each line, ascending. */
export function createPositions(file: string, lineStarts: readonly number[]): Positions {
  const spots = new WeakMap<object, Spot>()
  const at = (offset: number): Position => {
    const line = lineOf(lineStarts, offset)
    return { file, line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 }
  }
  const offsetOf = (node: object, key?: string | number): number | undefined => {
    const spot = spots.get(node)
    if (!spot || key === undefined) return spot?.offset
    const index = spot.keys.indexOf(key)
    if (index >= 0) return spot.offsets[index]
    return spot.base ? offsetOf(spot.base, key) : undefined
  }
  return {
    at,
    locate: (node, key) => {
      // A key that no file holds (a default, a parameter) is reported at its object.
      const offset = offsetOf(node, key) ?? offsetOf(node)
      return offset === undefined ? undefined : at(offset)
    },
    record: (node, spot) => spots.set(node, spot),
    copied: (original, copy) => {
      const spot = spots.get(original)
      if (spot) spots.set(copy, spot)
    },
    merged: (result, own, base) => {
      const spot = spots.get(own)
      if (spot) spots.set(result, { ...spot, base })
    },
  }
}

/** Index of the last line that starts at or before the offset. */
function lineOf(lineStarts: readonly number[], offset: number): number {
  let low = 0
  let high = lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
