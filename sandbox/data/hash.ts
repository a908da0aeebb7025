/**
 * Mixes integers into one of 2^32 values. Everything the sandbox shows is a function of such mixes, so that any row can be
 * computed on its own, in any order, without a generator that has to be run up to it.
 */
export function mix(...parts: readonly number[]): number {
  let hash = 0x9e3779b9
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}

const memo = new Map<string, number>()
const MEMO_LIMIT = 20_000

/** FNV-1a of a text as an unsigned 32-bit integer; remembered, because the same ids and metric names come again and again. */
export function textHash(text: string): number {
  const known = memo.get(text)
  if (known !== undefined) return known
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  if (memo.size >= MEMO_LIMIT) memo.clear()
  memo.set(text, hash >>> 0)
  return hash >>> 0
}

/** A fraction in [0, 1) out of a hash. */
export function fraction(hash: number): number {
  return hash / 0x1_0000_0000
}

/** An integer in [low, high] out of a hash. */
export function between(hash: number, low: number, high: number): number {
  return low + (hash % (high - low + 1))
}

/** The entry of a non-empty list that a hash points at. */
export function pick<T>(hash: number, list: readonly [T, ...T[]]): T {
  return list[hash % list.length] ?? list[0]
}
