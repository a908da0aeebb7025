import PQueue from 'p-queue'
import type { JobSlots } from '../../manifest/definition/component.ts'

/** Room for so many jobs at the same time; those that wait get their turn in order. */
export function createJobSlots(limit: number): JobSlots {
  const queue = new PQueue({ concurrency: limit })
  return { run: (work, signal) => queue.add(work, signal ? { signal } : {}) }
}
