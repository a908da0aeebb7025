/**
 * What a post is: `image`, `video` (published as a Reel, the only way the API has left for a single video), `reel`, `carousel`, `story`.
 */
export type PostType = 'image' | 'video' | 'reel' | 'carousel' | 'story'

/** A post as `post.json` holds it and as the façade makes it. Field names are those of the API where it has one. */
export interface Post {
  readonly type: PostType
  /** One item; of a carousel 2 to 10. */
  readonly media: readonly PostMedia[]
  /** The text without the hashtags below. Stories and children of a carousel have none. */
  readonly caption?: string
  /** With or without `#`; put behind the caption. */
  readonly hashtags?: readonly string[]
  readonly location_id?: string
  /** User names, at most 3. */
  readonly collaborators?: readonly string[]
  /** Of a Reel: address of the cover image; wins over `thumb_offset`. */
  readonly cover_url?: string
  /** Of a Reel: milliseconds from the start to the frame that is the cover. */
  readonly thumb_offset?: number
  readonly share_to_feed?: boolean
  readonly audio_name?: string
  readonly is_ai_generated?: boolean
}

/** One image or video: at a public address, or in a local file that is uploaded (videos only). */
export interface PostMedia {
  readonly type: 'image' | 'video'
  /** https address that Meta fetches the media from. */
  readonly url?: string
  /** Path of a local file. */
  readonly file?: string
  /** Images in the feed; at most 1,000 characters. */
  readonly alt_text?: string
  readonly user_tags?: readonly UserTag[]
  readonly product_tags?: readonly ProductTag[]
}

/** `x` and `y` are shares of width and height from the top left corner; Reels have none. */
export interface UserTag {
  readonly username: string
  readonly x?: number
  readonly y?: number
}

export interface ProductTag {
  readonly product_id: string
  readonly x?: number
  readonly y?: number
}

/** Caption and hashtags as one text, as the API takes it; undefined when there is neither. */
export function captionOf({ caption, hashtags = [] }: Pick<Post, 'caption' | 'hashtags'>): string | undefined {
  const tags = hashtags.map((tag) => `#${tag.trim().replace(/^#+/, '')}`).filter((tag) => tag !== '#')
  const text = [caption ?? '', tags.join(' ')].filter((part) => part !== '').join('\n\n')
  return text === '' ? undefined : text
}
