import { ConnectorError } from '../../framework/errors.ts'
import { isObject } from '../../framework/protocol/json.ts'
import type { Memory } from '../meta/cursors/memory-cursor.ts'

/** Different hashtags that one account may ask for within seven days. Asking again is free, and does not renew the seven days. */
export const HASHTAG_QUOTA = 30
const WEEK = 7 * 86_400

/** What one account remembers of its hashtags. Times are whole seconds since the epoch; bounded by the config and the quota. */
export interface HashtagCheckpoint {
  /** Ids of hashtags: the same for everybody and for good. */
  readonly ids: ReadonlyMap<string, string>
  /** When a hashtag began to count against the quota. */
  readonly asked: ReadonlyMap<string, number>
  /** When a hashtag was last read. */
  readonly read: ReadonlyMap<string, number>
}

export function writeHashtags({ ids, asked, read }: HashtagCheckpoint): Memory {
  return { version: 1, ids: Object.fromEntries(ids), asked: Object.fromEntries(asked), read: Object.fromEntries(read) }
}

/** Throws ConnectorError ERR_STATE_INVALID for what this version did not write. */
export function readHashtags(memory: Memory | undefined): HashtagCheckpoint {
  if (memory === undefined) return { ids: new Map(), asked: new Map(), read: new Map() }
  if (memory['version'] !== 1) throw invalid('version')
  const entries = (name: string) => {
    const value = memory[name]
    if (isObject(value)) return Object.entries(value)
    throw invalid(name)
  }
  const times = (name: string) => new Map(entries(name).map(([tag, time]) => [tag, Number(time)]))
  return { ids: new Map(entries('ids').map(([tag, id]) => [tag, String(id)])), asked: times('asked'), read: times('read') }
}

export interface HashtagPlan {
  /** Hashtags to read now. */
  readonly now: readonly string[]
  /** Those that have to wait, and until when the first of them has to. */
  readonly waiting: readonly string[]
  readonly until: number | undefined
}

/** Which hashtags may be read: those that count already, then as many others as the quota has room for, the longest unread first. */
export function planHashtags(wanted: readonly string[], memory: HashtagCheckpoint, at: number): HashtagPlan {
  const counting = [...memory.asked].filter(([, since]) => since + WEEK > at)
  const free = new Set(counting.map(([tag]) => tag))
  const others = wanted
    .filter((tag) => !free.has(tag))
    .toSorted((one, other) => (memory.read.get(one) ?? 0) - (memory.read.get(other) ?? 0))
  const room = Math.max(0, HASHTAG_QUOTA - free.size)
  const until = counting.length > 0 ? Math.min(...counting.map(([, since]) => since)) + WEEK : undefined
  return { now: [...wanted.filter((tag) => free.has(tag)), ...others.slice(0, room)], waiting: others.slice(room), until }
}

/** The memory after a hashtag was asked for; what no longer counts and is no longer wanted is forgotten. */
export function noteAsked(
  memory: HashtagCheckpoint,
  { wanted, tags, at }: { wanted: readonly string[]; tags: readonly string[]; at: number },
): HashtagCheckpoint {
  const asked = new Map([...memory.asked].filter(([, since]) => since + WEEK > at))
  for (const tag of tags) if (!asked.has(tag)) asked.set(tag, at)
  const kept = (tag: string) => wanted.includes(tag) || asked.has(tag)
  const ids = new Map([...memory.ids].filter(([tag]) => kept(tag)))
  return { ids, asked, read: new Map([...memory.read].filter(([tag]) => kept(tag))) }
}

function invalid(name: string): ConnectorError {
  const message = `the state cannot be used: ${name} of its checkpoint is unknown. Reset the stream's state or correct it`
  return new ConnectorError('ERR_STATE_INVALID', message, { failureType: 'config_error' })
}
