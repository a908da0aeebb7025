/** What is published: the words of the API, but one word for the kind of post. */
export const POST_TYPES = ['image', 'carousel', 'reel', 'story'] as const

export type PostType = (typeof POST_TYPES)[number]

/** Somebody marked in a picture; `x` and `y` are parts of width and height, 0 to 1 from the upper left corner. */
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

/** Where the bytes of one picture or film come from: a public URL, or (films, Facebook Login) a local file that is uploaded. */
export interface MediaFields {
  readonly image_url?: string
  readonly video_url?: string
  readonly video_file?: string
}

/** One picture or film of a carousel. */
export interface PostChild extends MediaFields {
  readonly alt_text?: string
  readonly user_tags?: readonly UserTag[]
  readonly product_tags?: readonly ProductTag[]
}

/** One post for an Instagram professional account. */
export interface Post extends MediaFields {
  readonly type: PostType
  readonly caption?: string
  readonly alt_text?: string
  readonly children?: readonly PostChild[]
  /** Id of a Facebook Page that has a place. */
  readonly location_id?: string
  readonly user_tags?: readonly UserTag[]
  readonly collaborators?: readonly string[]
  readonly product_tags?: readonly ProductTag[]
  readonly cover_url?: string
  /** Milliseconds into the film for its cover. */
  readonly thumb_offset?: number
  readonly share_to_feed?: boolean
  readonly audio_name?: string
  readonly trial_params?: { readonly graduation_strategy: 'MANUAL' | 'SS_PERFORMANCE' }
  readonly is_ai_generated?: boolean
  readonly is_paid_partnership?: boolean
  readonly branded_content_sponsor_ids?: readonly string[]
}

/** A field of a post: what its value is, and which kinds of posts (`child`: items of a carousel) have it. */
export interface PostField {
  readonly value: 'text' | 'number' | 'boolean' | 'list' | 'object'
  readonly on: readonly (PostType | 'child')[]
}

const ALL: readonly PostType[] = POST_TYPES

/** Every field that a post may have. Source: reference of `POST /{ig-user}/media`. */
export const POST_FIELDS: Readonly<Record<string, PostField>> = {
  type: { value: 'text', on: ALL },
  caption: { value: 'text', on: ['image', 'carousel', 'reel'] },
  image_url: { value: 'text', on: ['image', 'story', 'child'] },
  video_url: { value: 'text', on: ['reel', 'story', 'child'] },
  video_file: { value: 'text', on: ['reel', 'story', 'child'] },
  children: { value: 'list', on: ['carousel'] },
  alt_text: { value: 'text', on: ['image', 'child'] },
  location_id: { value: 'text', on: ['image', 'carousel', 'reel'] },
  user_tags: { value: 'list', on: ['image', 'reel', 'story', 'child'] },
  collaborators: { value: 'list', on: ['image', 'carousel', 'reel'] },
  product_tags: { value: 'list', on: ['image', 'reel', 'child'] },
  cover_url: { value: 'text', on: ['reel'] },
  thumb_offset: { value: 'number', on: ['reel'] },
  share_to_feed: { value: 'boolean', on: ['reel'] },
  audio_name: { value: 'text', on: ['reel'] },
  trial_params: { value: 'object', on: ['reel'] },
  is_ai_generated: { value: 'boolean', on: ['image', 'carousel', 'reel', 'story'] },
  is_paid_partnership: { value: 'boolean', on: ['image', 'carousel', 'reel', 'story'] },
  branded_content_sponsor_ids: { value: 'list', on: ['image', 'carousel', 'reel', 'story'] },
}
