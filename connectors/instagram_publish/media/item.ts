import { isObject } from '../../../framework/protocol/json.ts'
import type { PostType } from '../post.ts'
import { atMost } from './caption.ts'
import { type Diagnostic, diagnose } from './diagnostic.ts'
import { fieldDiagnostics, formOf, MEDIA_FIELDS } from './fields.ts'
import { tagDiagnostics } from './tags.ts'
import { urlDiagnostics } from './urls.ts'

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

/** Diagnostics for one image or video of a post. */
export function itemDiagnostics(item: unknown, { type, path, localHosts }: ItemPlace): Diagnostic[] {
  if (!isObject(item)) return [diagnose('field-type', { path, found: formOf(item), fix: 'write the item as an object' })]
  const wrong = fieldDiagnostics(item, { known: MEDIA_FIELDS, on: type, prefix: `${path}.` })
  const bad = new Set(wrong.map((each) => each.path))
  const fields = Object.fromEntries(Object.entries(item).filter(([name]) => !bad.has(`${path}.${name}`)))
  return [
    ...wrong,
    ...kindDiagnostics(fields, type, path),
    ...sourceDiagnostics(item, { path, localHosts }),
    ...altDiagnostics(fields, path),
    ...videoTagFindings(fields, type, path),
    ...tagDiagnostics(fields, { path, inVideo: item['type'] === 'video', inStory: type === 'story' }),
  ]
}

function kindDiagnostics({ type: kind }: Fields, type: PostType, path: string): Diagnostic[] {
  const wanted = KINDS[type]
  if (typeof kind === 'string' && wanted.includes(kind)) return []
  const fix = `set it to ${wanted.join(' or ')}`
  return [diagnose('media-type', { path: `${path}.type`, found: JSON.stringify(kind) ?? 'nothing', fix })]
}

/** Exactly one of an address and a file; only videos can be uploaded. */
function sourceDiagnostics({ type: kind, url, file }: Fields, { path, localHosts }: Pick<ItemPlace, 'path' | 'localHosts'>): Diagnostic[] {
  if ((url === undefined) === (file === undefined)) {
    return [diagnose('media-source', { path, found: url === undefined ? 'neither url nor file' : 'url and file' })]
  }
  if (kind === 'image' && file !== undefined) return [diagnose('image-upload', { path: `${path}.file`, found: 'a local image' })]
  return typeof url === 'string' ? urlDiagnostics(url, { path: `${path}.url`, localHosts }) : []
}

/** People can be marked in the images of a carousel only. */
function videoTagFindings({ type: kind, user_tags }: Fields, type: PostType, path: string): Diagnostic[] {
  if (type !== 'carousel' || kind !== 'video' || user_tags === undefined) return []
  return [diagnose('field-fits', { path: `${path}.user_tags`, found: 'user_tags on a video of a carousel' })]
}

function altDiagnostics({ type: kind, alt_text }: Fields, path: string): Diagnostic[] {
  if (typeof alt_text !== 'string') return []
  if (kind === 'video') return [diagnose('field-fits', { path: `${path}.alt_text`, found: 'alt_text on a video' })]
  return atMost('alt-text-length', { count: [...alt_text].length, what: 'characters', path: `${path}.alt_text` })
}
