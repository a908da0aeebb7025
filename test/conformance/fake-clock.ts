import type { Clock } from '../../framework/index.ts'

export interface FakeClock extends Clock {
  advance(ms: number): void
}

/** Time that stands still until it is told to move; sleeping moves it. */
export function fakeClock(start = Date.UTC(2026, 0, 2, 3, 4, 5)): FakeClock {
  let passed = 0
  return {
    now: () => start + passed,
    monotonic: () => passed,
    sleep: async (ms) => {
      passed += ms
    },
    advance: (ms) => {
      passed += ms
    },
  }
}
