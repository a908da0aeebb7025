import { defined } from '../../framework/defined.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import { captionOf, type Post, type PostMedia } from './post.ts'

/** A post in the words of the API: one address per field, a caption with its hashtags; a single video is a reel. */
export function apiPost(post: Post): JsonObject {
  const { type, media, hashtags: _, ...rest } = post
  const kind = type === 'video' ? 'reel' : type
  const caption = captionOf(post)
  const { caption: __, ...fields } = rest
  const shared = { type: kind, ...plain(fields), ...defined({ caption }) }
  if (kind === 'carousel') return { ...shared, children: media.map(apiMedia) }
  const [only] = media
  return only ? { ...shared, ...apiMedia(only) } : shared
}

function apiMedia({ type, url, file, ...rest }: PostMedia): JsonObject {
  const source =
    file !== undefined ? { video_file: file } : url === undefined ? {} : type === 'video' ? { video_url: url } : { image_url: url }
  return { ...source, ...plain(rest) }
}

/** Plain data as JSON has them. */
function plain(fields: Readonly<Record<string, unknown>>): JsonObject {
  return JSON.parse(JSON.stringify(fields))
}
