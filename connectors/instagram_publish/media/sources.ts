import type { MediaUse } from './facts.ts'
import type { MediaFields, Post } from './post.ts'

/** Where bytes come from. */
export type MediaSource = { readonly url: string } | { readonly file: string }

/** A picture or film of a post with what it is wanted for. */
export interface PostMedia {
  readonly source: MediaSource
  readonly use: MediaUse
}

/** All pictures and films of a post in their order, the cover last. */
export function mediaOf(post: Post): readonly PostMedia[] {
  const as = post.type === 'carousel' ? 'child' : post.type
  return [
    ...sourcesIn(post, as, ''),
    ...(post.children ?? []).flatMap((child, index) => sourcesIn(child, 'child', `children[${index}].`)),
    ...(post.cover_url === undefined
      ? []
      : [{ source: { url: post.cover_url }, use: { as: 'cover', expects: 'image', path: 'cover_url' } as const }]),
  ]
}

function sourcesIn(fields: MediaFields, as: MediaUse['as'], prefix: string): PostMedia[] {
  const { image_url, video_url, video_file } = fields
  return [
    ...(image_url === undefined
      ? []
      : [{ source: { url: image_url }, use: { as, expects: 'image', path: `${prefix}image_url` } as const }]),
    ...(video_url === undefined
      ? []
      : [{ source: { url: video_url }, use: { as, expects: 'video', path: `${prefix}video_url` } as const }]),
    ...(video_file === undefined
      ? []
      : [{ source: { file: video_file }, use: { as, expects: 'video', path: `${prefix}video_file` } as const }]),
  ]
}
