import { isObject } from '../../../framework/protocol/json.ts'
import { captionOf, type Post, type PostType } from '../post.ts'
import { atMost, captionFindings } from './caption.ts'
import { fieldFindings, formOf, POST_FIELDS, POST_TYPES } from './fields.ts'
import { type Finding, finding, hasErrors } from './finding.ts'
import { itemFindings } from './item.ts'
import { limitsOf } from './rules.ts'
import { nameFindings } from './tags.ts'
import { urlFindings } from './urls.ts'

/** How strict the look at a post is. */
export interface ValidateOptions {
  /** Media on this machine or in a private network, and by http, are fine: for a sandbox. Default: findings. */
  readonly localHosts?: boolean
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Everything that is wrong with a post as it is written, without any call: unknown fields, wrong types, counts, lengths, addresses.
 * Never throws, whatever it is given; a post without findings of severity `error` has the form of `Post`.
 */
export function validatePost(post: unknown, options: ValidateOptions = {}): readonly Finding[] {
  if (!isObject(post)) return [finding('post-form', { path: '', found: formOf(post) })]
  const type = POST_TYPES.find((known) => known === post['type'])
  if (!type) return [finding('type-known', { path: 'type', found: JSON.stringify(post['type']) ?? 'nothing' })]
  const wrong = fieldFindings(post, { known: POST_FIELDS, on: type, prefix: '' })
  const bad = new Set(wrong.map(({ path }) => path))
  // A value of the wrong type is told once and not looked into.
  const fields = Object.fromEntries(Object.entries(post).filter(([name]) => !bad.has(name)))
  const localHosts = options.localHosts ?? false
  return [
    ...wrong,
    ...textFindings(fields),
    ...coverFindings(fields, localHosts),
    ...(bad.has('media') ? [] : mediaFindings(fields['media'], { type, localHosts })),
  ]
}

/** Whether a value has passed `validatePost` without an error, and so is a post. */
export function isPost(post: unknown, findings: readonly Finding[]): post is Post {
  return isObject(post) && !hasErrors(findings)
}

function textFindings(fields: Fields): Finding[] {
  const { caption, hashtags = [], location_id, collaborators } = fields
  const tags = Array.isArray(hashtags) ? hashtags : []
  const wrongTags = tags.flatMap((tag: unknown, index) => hashtagFindings(tag, `hashtags[${index}]`))
  const text = captionOf({
    ...(typeof caption === 'string' ? { caption } : {}),
    hashtags: tags.filter((tag: unknown) => typeof tag === 'string'),
  })
  const names: readonly unknown[] = Array.isArray(collaborators) ? collaborators : []
  return [
    ...wrongTags,
    ...captionFindings(text ?? '', caption === undefined ? 'hashtags' : 'caption'),
    ...(typeof location_id === 'string' && !/^\d{1,20}$/.test(location_id)
      ? [finding('location-id', { path: 'location_id', found: location_id })]
      : []),
    ...atMost('collaborators-count', { count: names.length, what: 'collaborators', path: 'collaborators' }),
    ...names.flatMap((name, index) => nameFindings(name, `collaborators[${index}]`)),
  ]
}

/** A hashtag with a space or a sign in it ends there, so that what follows is plain text. */
function hashtagFindings(tag: unknown, path: string): Finding[] {
  if (typeof tag !== 'string') return [finding('field-type', { path, found: formOf(tag), fix: 'give a text' })]
  const name = tag.trim().replace(/^#+/, '')
  return /^[\p{L}\p{N}\p{M}_]+$/u.test(name) && /\D/.test(name) ? [] : [finding('hashtag-form', { path, found: JSON.stringify(tag) })]
}

function coverFindings({ cover_url, thumb_offset }: Fields, localHosts: boolean): Finding[] {
  const inside = typeof thumb_offset !== 'number' || (Number.isInteger(thumb_offset) && thumb_offset >= limitsOf('thumb-offset').min)
  return [
    ...(typeof cover_url === 'string' ? urlFindings(cover_url, { path: 'cover_url', localHosts }) : []),
    ...(inside ? [] : [finding('thumb-offset', { path: 'thumb_offset', found: String(thumb_offset) })]),
    ...(thumb_offset !== undefined && cover_url !== undefined
      ? [finding('cover-twice', { path: 'thumb_offset', found: 'both are given' })]
      : []),
  ]
}

function mediaFindings(media: unknown, { type, localHosts }: { type: PostType; localHosts: boolean }): Finding[] {
  const list: readonly unknown[] = Array.isArray(media) ? media : []
  const count =
    type === 'carousel'
      ? atMost('children-count', { count: list.length, what: 'items', path: 'media' })
      : list.length === 1
        ? []
        : [finding('media-count', { path: 'media', found: `${list.length} items` })]
  return [...count, ...list.flatMap((item, index) => itemFindings(item, { type, path: `media[${index}]`, localHosts }))]
}
