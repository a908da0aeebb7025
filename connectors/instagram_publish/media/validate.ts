import { isObject } from '../../../framework/protocol/json.ts'
import { captionOf, type Post, type PostType } from '../post.ts'
import { atMost, captionDiagnostics } from './caption.ts'
import { type Diagnostic, diagnose, hasErrors } from './diagnostic.ts'
import { fieldDiagnostics, formOf, POST_FIELDS, POST_TYPES } from './fields.ts'
import { itemDiagnostics } from './item.ts'
import { limitsOf } from './rules.ts'
import { nameDiagnostics } from './tags.ts'
import { urlDiagnostics } from './urls.ts'

/** How strict the look at a post is. */
export interface ValidateOptions {
  /** Media on this machine or in a private network, and by http, are fine: for a sandbox. Default: diagnostics. */
  readonly localHosts?: boolean
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Everything that is wrong with a post as it is written, without any call: unknown fields, wrong types, counts, lengths, addresses.
 * Never throws, whatever it is given; a post without diagnostics of severity `error` has the form of `Post`.
 */
export function validatePost(post: unknown, options: ValidateOptions = {}): readonly Diagnostic[] {
  if (!isObject(post)) return [diagnose('post-form', { path: '', found: formOf(post) })]
  const type = POST_TYPES.find((known) => known === post['type'])
  if (!type) return [diagnose('type-known', { path: 'type', found: JSON.stringify(post['type']) ?? 'nothing' })]
  const wrong = fieldDiagnostics(post, { known: POST_FIELDS, on: type, prefix: '' })
  const bad = new Set(wrong.map(({ path }) => path))
  // A value of the wrong type is reported once and not inspected.
  const fields = Object.fromEntries(Object.entries(post).filter(([name]) => !bad.has(name)))
  const localHosts = options.localHosts ?? false
  return [
    ...wrong,
    ...textDiagnostics(fields),
    ...coverDiagnostics(fields, { localHosts }),
    ...(bad.has('media') ? [] : mediaDiagnostics(fields['media'], { type, localHosts })),
  ]
}

/** Whether a value has passed `validatePost` without an error, and so is a post. */
export function isPost(post: unknown, findings: readonly Diagnostic[]): post is Post {
  return isObject(post) && !hasErrors(findings)
}

function textDiagnostics(fields: Fields): Diagnostic[] {
  const { caption, hashtags = [], location_id, collaborators } = fields
  const tags = Array.isArray(hashtags) ? hashtags : []
  const wrongTags = tags.flatMap((tag: unknown, index) => hashtagDiagnostics(tag, `hashtags[${index}]`))
  const text = captionOf({
    ...(typeof caption === 'string' ? { caption } : {}),
    hashtags: tags.filter((tag: unknown) => typeof tag === 'string'),
  })
  const names: readonly unknown[] = Array.isArray(collaborators) ? collaborators : []
  return [
    ...wrongTags,
    ...captionDiagnostics(text ?? '', caption === undefined ? 'hashtags' : 'caption'),
    ...(typeof location_id === 'string' && !/^\d{1,20}$/.test(location_id)
      ? [diagnose('location-id', { path: 'location_id', found: location_id })]
      : []),
    ...atMost('collaborators-count', { count: names.length, what: 'collaborators', path: 'collaborators' }),
    ...names.flatMap((name, index) => nameDiagnostics(name, `collaborators[${index}]`)),
  ]
}

/** A hashtag with a space or a sign in it ends there, so that what follows is plain text. */
function hashtagDiagnostics(tag: unknown, path: string): Diagnostic[] {
  if (typeof tag !== 'string') return [diagnose('field-type', { path, found: formOf(tag), fix: 'give a text' })]
  const name = tag.trim().replace(/^#+/, '')
  return /^[\p{L}\p{N}\p{M}_]+$/u.test(name) && /\D/.test(name) ? [] : [diagnose('hashtag-form', { path, found: JSON.stringify(tag) })]
}

function coverDiagnostics({ cover_url, thumb_offset }: Fields, { localHosts }: { readonly localHosts: boolean }): Diagnostic[] {
  const inside = typeof thumb_offset !== 'number' || (Number.isInteger(thumb_offset) && thumb_offset >= limitsOf('thumb-offset').min)
  return [
    ...(typeof cover_url === 'string' ? urlDiagnostics(cover_url, { path: 'cover_url', localHosts }) : []),
    ...(inside ? [] : [diagnose('thumb-offset', { path: 'thumb_offset', found: String(thumb_offset) })]),
    ...(thumb_offset !== undefined && cover_url !== undefined
      ? [diagnose('cover-twice', { path: 'thumb_offset', found: 'both are given' })]
      : []),
  ]
}

function mediaDiagnostics(media: unknown, { type, localHosts }: { type: PostType; localHosts: boolean }): Diagnostic[] {
  const list: readonly unknown[] = Array.isArray(media) ? media : []
  const count =
    type === 'carousel'
      ? atMost('children-count', { count: list.length, what: 'items', path: 'media' })
      : list.length === 1
        ? []
        : [diagnose('media-count', { path: 'media', found: `${list.length} items` })]
  return [...count, ...list.flatMap((item, index) => itemDiagnostics(item, { type, path: `media[${index}]`, localHosts }))]
}
