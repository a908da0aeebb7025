import { unknownPath } from './errors.ts'

interface Version {
  readonly number: number
  readonly released: string
  /** First day on which it is not served; absent while no end is set. */
  readonly stops?: string
}

const VERSIONS: readonly Version[] = [
  { number: 18, released: '2023-09-12', stops: '2026-01-26' },
  { number: 19, released: '2024-01-23', stops: '2026-05-21' },
  { number: 20, released: '2024-05-21', stops: '2026-09-24' },
  { number: 21, released: '2024-10-02', stops: '2027-01-21' },
  { number: 22, released: '2025-01-21', stops: '2027-05-20' },
  { number: 23, released: '2025-05-29', stops: '2027-10-08' },
  { number: 24, released: '2025-10-08', stops: '2028-02-18' },
  { number: 25, released: '2026-02-18', stops: '2028-07-29' },
  { number: 26, released: '2026-07-29' },
]
const V26_RULES_FOR_ALL = '2026-10-27'

/**
 * The version that serves a call. An expired one, the next one not released yet, and no version at all are served by the oldest in
 * use, without an error; a number further off is taken for a path.
 */
export function servedVersion(asked: number | undefined, now: number, path: string): number {
  const usable = VERSIONS.filter((version) => released(version, now) && !stopped(version, now)).map((version) => version.number)
  const oldest = Math.min(...usable)
  if (asked === undefined || asked < oldest) return oldest
  if (usable.includes(asked)) return asked
  if (asked === Math.max(...usable) + 1) return oldest
  throw unknownPath(path)
}

/** Whether the removals of v26 (multi-id reads, six Page fields) hold for a version on a day. */
export function hasV26Rules(version: number, now: number): boolean {
  return version >= 26 || now >= Date.parse(V26_RULES_FOR_ALL)
}

function released(version: Version, now: number): boolean {
  return now >= Date.parse(version.released)
}

function stopped(version: Version, now: number): boolean {
  return version.stops !== undefined && now >= Date.parse(version.stops)
}
