import { isObject } from '../../../framework/protocol/json.ts'
import type { PostType } from '../post.ts'
import { atMost } from './caption.ts'
import { fieldFindings, formOf, MEDIA_FIELDS } from './fields.ts'
import { type Finding, finding } from './finding.ts'
import { tagFindings } from './tags.ts'
import { urlFindings } from './urls.ts'

type Fields = Readonly<Record<string, unknown>>

/** Where an item stands. */
export interface ItemPlace {
  readonly type: PostType
  /** `media[2]` */
  readonly path: string
  readonly localHosts: boolean
}

const KINDS: Readonly<Record<PostType, readonly string[]>> = {
  image: ['image'],
  video: ['video'],
  reel: ['video'],
  carousel: ['image', 'video'],
  story: ['image', 'video'],
}

/** Findings for one image or video of a post. */
export function itemFindings(item: unknown, { type, path, localHosts }: ItemPlace): Finding[] {
  if (!isObject(item)) return [finding('field-type', { path, found: formOf(item), fix: 'write the item as an object' })]
  const wrong = fieldFindings(item, { known: MEDIA_FIELDS, on: type, prefix: `${path}.` })
  const bad = new Set(wrong.map((each) => each.path))
  const fields = Object.fromEntries(Object.entries(item).filter(([name]) => !bad.has(`${path}.${name}`)))
  return [
    ...wrong,
    ...kindFindings(fields, type, path),
    ...sourceFindings(item, { path, localHosts }),
    ...altFindings(fields, path),
    ...videoTagFindings(fields, type, path),
    ...tagFindings(fields, { path, inVideo: item['type'] === 'video', inStory: type === 'story' }),
  ]
}

function kindFindings({ type: kind }: Fields, type: PostType, path: string): Finding[] {
  const wanted = KINDS[type]
  if (typeof kind === 'string' && wanted.includes(kind)) return []
  const fix = `set it to ${wanted.join(' or ')}`
  return [finding('media-type', { path: `${path}.type`, found: JSON.stringify(kind) ?? 'nothing', fix })]
}

/** Exactly one of an address and a file; only videos can be uploaded. */
function sourceFindings({ type: kind, url, file }: Fields, { path, localHosts }: Pick<ItemPlace, 'path' | 'localHosts'>): Finding[] {
  if ((url === undefined) === (file === undefined)) {
    return [finding('media-source', { path, found: url === undefined ? 'neither url nor file' : 'url and file' })]
  }
  if (kind === 'image' && file !== undefined) return [finding('image-upload', { path: `${path}.file`, found: 'a local image' })]
  return typeof url === 'string' ? urlFindings(url, { path: `${path}.url`, localHosts }) : []
}

/** People can be marked in the images of a carousel only. */
function videoTagFindings({ type: kind, user_tags }: Fields, type: PostType, path: string): Finding[] {
  if (type !== 'carousel' || kind !== 'video' || user_tags === undefined) return []
  return [finding('field-fits', { path: `${path}.user_tags`, found: 'user_tags on a video of a carousel' })]
}

function altFindings({ type: kind, alt_text }: Fields, path: string): Finding[] {
  if (typeof alt_text !== 'string') return []
  if (kind === 'video') return [finding('field-fits', { path: `${path}.alt_text`, found: 'alt_text on a video' })]
  return atMost('alt-text-length', { count: [...alt_text].length, what: 'characters', path: `${path}.alt_text` })
}
