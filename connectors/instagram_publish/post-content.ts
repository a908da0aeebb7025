import type { JsonObject } from '../../framework/protocol/messages.ts'
import type { Post, PostMedia, ProductTag, UserTag } from './post.ts'

export type MediaKind = PostMedia['type']

/** What is posted, as programs say it. */
export interface PostContent {
  readonly caption?: string
  /** With or without `#`; put behind the caption. */
  readonly hashtags?: readonly string[]
  /** Public addresses; images and videos are told apart by the ending unless `mediaTypes` says what they are. */
  readonly mediaUrls: readonly string[]
  readonly mediaTypes?: readonly MediaKind[]
  /** Of an image, or of each image of a carousel in turn. */
  readonly altText?: string | readonly string[]
  /** Cover of a Reel. */
  readonly thumbnailUrl?: string
  /** Milliseconds into the video for its cover; `thumbnailUrl` wins. */
  readonly thumbOffset?: number
  readonly shareToFeed?: boolean
  readonly audioName?: string
  readonly locationId?: string
  readonly userTags?: readonly UserTag[]
  /** User names, at most 3. */
  readonly collaborators?: readonly string[]
  readonly productTags?: readonly ProductTag[]
  /** A local video that is uploaded, in place of an address; Facebook Login only. */
  readonly videoFile?: string
}

/** Content as a post of this type. Fields that posts of the type do not have are left out. `kind`: what the media is, where known. */
export function toPost(type: Post['type'], content: PostContent, kind?: MediaKind): JsonObject {
  const media = mediaOf(content, type, kind)
  if (type === 'story') return { type, media }
  const { caption, hashtags, locationId, collaborators } = content
  const shared = given({ type, media, caption, hashtags, location_id: locationId, collaborators })
  return type === 'reel' || type === 'video' ? { ...shared, ...reelFields(content) } : shared
}

/** What an address leads to, by its ending. */
export function mediaKind(url: string): MediaKind {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  return /\.(?:mp4|mov|m4v|webm|avi|mkv)$/i.test(path) ? 'video' : 'image'
}

function reelFields({ thumbnailUrl, thumbOffset, shareToFeed, audioName }: PostContent): JsonObject {
  const cover = thumbnailUrl === undefined ? { thumb_offset: thumbOffset } : { cover_url: thumbnailUrl }
  return given({ ...cover, share_to_feed: shareToFeed, audio_name: audioName })
}

function mediaOf(content: PostContent, type: Post['type'], kind: MediaKind | undefined): JsonObject[] {
  const { mediaUrls, mediaTypes, videoFile } = content
  const single = type !== 'carousel'
  if (mediaUrls.length === 0 && videoFile !== undefined)
    return [given({ type: 'video', file: videoFile, ...(single ? tagsOf(content) : {}) })]
  return (single ? mediaUrls.slice(0, 1) : mediaUrls).map((url, index) => {
    const found = kind ?? mediaTypes?.[index] ?? mediaKind(url)
    const alt = found === 'image' && type !== 'story' ? textAt(content.altText, index) : undefined
    return given({ type: found, url, alt_text: alt, ...(single ? tagsOf(content, type) : {}) })
  })
}

/** Tags of one image; those of a carousel belong to its items, which this form does not tell apart. */
function tagsOf({ userTags, productTags }: PostContent, type?: Post['type']) {
  return { user_tags: userTags, ...(type === 'story' ? {} : { product_tags: productTags }) }
}

function textAt(text: PostContent['altText'], index: number): string | undefined {
  return typeof text === 'string' ? text : text?.[index]
}

/** What is given, as JSON has it. */
function given(fields: Readonly<Record<string, unknown>>): JsonObject {
  return JSON.parse(JSON.stringify(fields))
}
