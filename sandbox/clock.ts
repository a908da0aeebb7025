/** The sandbox's own time. It decides on expiry, removed metrics, versions, delays and blocks; nothing reads the system clock. */
export interface Clock {
  now(): Date
  /** Moves the clock forward (or back, when negative) by milliseconds. */
  advance(ms: number): void
  set(to: string | Date): void
}

/**
 * A clock that starts at `start` and stands still until it is moved. Without a start it begins now and runs along with real time,
 * so that a sandbox started by hand lifts its blocks after a while.
 */
export function createClock(start?: string | Date): Clock {
  const begun = performance.now()
  let ms = start === undefined ? Date.now() : instant(start)
  const elapsed = () => (start === undefined ? Math.floor(performance.now() - begun) : 0)
  return {
    now: () => new Date(ms + elapsed()),
    advance: (by) => {
      ms += by
    },
    set: (to) => {
      ms = instant(to) - elapsed()
    },
  }
}

function instant(value: string | Date): number {
  const ms = new Date(value).getTime()
  if (Number.isNaN(ms)) throw new TypeError(`not a time: ${String(value)}`)
  return ms
}
