/** Bodies that are handed on at once. */
const SIZE = 1000

/** Groups what a reader yields, so that records never travel one by one. */
export function* inBatches<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < SIZE) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
