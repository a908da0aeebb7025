import { createHash } from 'node:crypto'
import type { Row } from '../../framework/protocol/messages.ts'
import { secondsOf } from '../instagram_graph/media/page.ts'
import { urlKey } from '../instagram_graph/media/row.ts'
import { utcText } from '../meta/insights/insight-rows.ts'

/** What is asked of every post. */
export const POST_FIELDS = ['id', 'caption', 'media_type', 'media_url', 'permalink', 'timestamp'] as const

export interface ListedPost {
  readonly id: string
  /** Whole seconds since the epoch. */
  readonly time: number
  readonly print: string
  readonly node: Row
}

/** undefined for what is no post. */
export function postOf(node: Row): ListedPost | undefined {
  const { id, timestamp } = node
  const time = typeof timestamp === 'string' ? secondsOf(timestamp) : Number.NaN
  if (typeof id !== 'string' || Number.isNaN(time)) return undefined
  return { id, time, print: fingerprint(node), node }
}

/** Signed addresses differ at every read: what names the file counts. */
function fingerprint({ caption, media_type, media_url, permalink, timestamp }: Row): string {
  const parts = [
    caption ?? null,
    media_type ?? null,
    typeof media_url === 'string' ? urlKey(media_url) : null,
    permalink ?? null,
    timestamp,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8)
}

/** A row of the table of posts; fields that the API leaves out are null. `now` is epoch milliseconds. */
export function postRow({ id, time, node }: ListedPost, account: string, now: number): Row {
  const text = (name: string) => (typeof node[name] === 'string' ? node[name] : null)
  return {
    media_id: id,
    ig_user_id: account,
    caption: text('caption'),
    media_url: text('media_url'),
    permalink: text('permalink'),
    media_type: text('media_type'),
    timestamp: utcText(time * 1000),
    updated_at: utcText(now),
  }
}
