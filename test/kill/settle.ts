import { type Ended, type Reading, runReader } from './reader.ts'
import type { Product } from './scenario.ts'

/** Reads after which nothing may be left. */
const MOST_READS = 8

export type Settled = Pick<Ended, 'code' | 'stderr'>

/**
 * Reads on until nothing is left to the following reads; other products leave nothing. A read of posts that has nothing left asks for the
 * newest page alone; one that follows an interrupted run may ask for nothing.
 */
export async function settle(reading: Reading, product: Product): Promise<Settled> {
  if (product !== 'instagram_posts') return { code: 0, stderr: '' }
  const { source, place } = reading
  for (let turn = 0; turn < MOST_READS; turn++) {
    const before = source.asked.effort.requests
    const { code, stdout, stderr } = await runReader(reading)
    place.take(stdout)
    if (code !== 0 || source.asked.effort.requests === before + 1) return { code, stderr }
  }
  throw new Error(`posts are left after ${MOST_READS} further reads`)
}
