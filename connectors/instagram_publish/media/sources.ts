import type { Post } from '../post.ts'
import type { MediaUse } from './facts.ts'

/** Where bytes come from. */
export type MediaSource = { readonly url: string } | { readonly file: string }

/** An image or video of a post with what it is wanted for. */
export interface SourcedMedia {
  readonly source: MediaSource
  readonly use: MediaUse
}

const USES = { image: 'image', video: 'reel', reel: 'reel', carousel: 'child', story: 'story' } as const

/** All images and videos of a post in their order, the cover last. Items without a source are left out: `validatePost` tells of them. */
export function mediaOf({ type, media, cover_url }: Post): readonly SourcedMedia[] {
  const items = media.flatMap(({ type: expects, url, file }, index): SourcedMedia[] => {
    const use = (name: string) => ({ as: USES[type], expects, path: `media[${index}].${name}` })
    if (url !== undefined) return [{ source: { url }, use: use('url') }]
    return file === undefined ? [] : [{ source: { file }, use: use('file') }]
  })
  const cover: SourcedMedia[] =
    cover_url === undefined ? [] : [{ source: { url: cover_url }, use: { as: 'cover', expects: 'image', path: 'cover_url' } }]
  return [...items, ...cover]
}
