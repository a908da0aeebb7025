import { isObject } from '../../framework/protocol/json.ts'

/** A post as a list shows it. */
export interface PublishedMedia {
  readonly id: string
  readonly caption: string | undefined
  /** Epoch milliseconds. */
  readonly time: number
}

/** Entries of a list of media or stories; those without id or time are left out. */
export function readMediaList(body: unknown): readonly PublishedMedia[] {
  const data = isObject(body) ? body['data'] : undefined
  if (!Array.isArray(data)) return []
  return data.filter(isObject).flatMap(({ id, caption, timestamp }) => {
    const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
    if (typeof id !== 'string' || !Number.isFinite(time)) return []
    return [{ id, caption: typeof caption === 'string' ? caption : undefined, time }]
  })
}

export interface Wanted {
  readonly caption: string | undefined
  /** Epoch milliseconds; timestamps of the API are whole seconds. */
  readonly since: number
  /** Ids that other actions account for. */
  readonly others: ReadonlySet<unknown>
}

/** Posts that can be the one wanted: its caption, not older than the attempt, not somebody else's. */
export function matchingMedia(media: readonly PublishedMedia[], { caption, since, others }: Wanted): readonly PublishedMedia[] {
  const wanted = plain(caption)
  const earliest = Math.floor(since / 1000) * 1000
  return media.filter((entry) => !others.has(entry.id) && entry.time >= earliest && plain(entry.caption) === wanted)
}

/** The API trims captions, and sends them in composed form. */
const plain = (caption: string | undefined): string => (caption ?? '').normalize('NFC').replace(/\s+/g, ' ').trim()
