import { defined } from '../../framework/defined.ts'
import { ConnectorError } from '../../framework/errors.ts'
import type { Memory } from '../meta/cursors/memory-cursor.ts'

/** A post as it was written last. */
export interface KnownPost {
  /** Whole seconds since the epoch. */
  readonly time: number
  /** Of what is kept of it; another one means that the post has changed. */
  readonly print: string
}

/** Posts that are not listed yet: those up to `rest`, and younger than `floor` (undefined: all of them). Whole seconds. */
export interface PostsGap {
  readonly rest: number
  readonly floor: number | undefined
}

/** What is remembered of the posts of one account. Its size does not grow with the posts. */
export interface PostsCheckpoint {
  /** The newest posts, and those that are pinned. */
  readonly known: ReadonlyMap<string, KnownPost>
  /** Posts older than this are not among the known ones any more, although they were listed. */
  readonly forgotten: number | undefined
  readonly gap: PostsGap | undefined
  /** UTC day since the epoch on which the addresses of the newest posts were written last. */
  readonly day: number
  /** Rows handed on since the first read, for whoever counts what a run did. */
  readonly inserted: number
  readonly updated: number
}

export const NOTHING_KNOWN: PostsCheckpoint = { known: new Map(), forgotten: undefined, gap: undefined, day: 0, inserted: 0, updated: 0 }

/** As it stands in the state. */
export function writePostsCheckpoint({ known, forgotten, gap, day, inserted, updated }: PostsCheckpoint): Memory {
  return {
    version: 1,
    known: Object.fromEntries(Array.from(known, ([id, { time, print }]) => [id, `${time.toString(36)} ${print}`])),
    ...defined({ forgotten }),
    ...(gap ? { rest: gap.rest, ...defined({ floor: gap.floor }) } : {}),
    day,
    inserted,
    updated,
  }
}

/** Throws ConnectorError ERR_STATE_INVALID for what this version did not write. */
export function readPostsCheckpoint(memory: Memory | undefined): PostsCheckpoint {
  if (memory === undefined) return NOTHING_KNOWN
  if (memory['version'] !== 1) throw invalid('version')
  const whole = (name: string): number => {
    const value = memory[name]
    if (Number.isSafeInteger(value)) return Number(value)
    throw invalid(name)
  }
  const maybe = (name: string) => (memory[name] === undefined ? undefined : whole(name))
  const rest = maybe('rest')
  return {
    known: readKnown(memory['known']),
    forgotten: maybe('forgotten'),
    gap: rest === undefined ? undefined : { rest, floor: maybe('floor') },
    day: whole('day'),
    inserted: whole('inserted'),
    updated: whole('updated'),
  }
}

function readKnown(value: unknown): ReadonlyMap<string, KnownPost> {
  if (typeof value !== 'object' || value === null) throw invalid('known')
  return new Map(
    Object.entries(value).map(([id, text]) => {
      const [, time = '', print = ''] = /^(\w+) ([\w-]+)$/.exec(String(text)) ?? []
      if (print === '') throw invalid('known')
      return [id, { time: Number.parseInt(time, 36), print }]
    }),
  )
}

/** True for a post that is not among the known ones only because it is too old to be remembered. */
export function wasListed({ forgotten, gap }: PostsCheckpoint, time: number): boolean {
  if (forgotten === undefined || time > forgotten) return false
  return gap === undefined || time > gap.rest || (gap.floor !== undefined && time <= gap.floor)
}

function invalid(name: string): ConnectorError {
  const message = `the state cannot be used: ${name} of its checkpoint is unknown. Reset the stream's state or correct it`
  return new ConnectorError('ERR_STATE_INVALID', message, { failureType: 'config_error' })
}
