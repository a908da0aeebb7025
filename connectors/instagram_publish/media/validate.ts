import { atMost, captionFindings } from './caption.ts'
import { fieldFindings, isRecord } from './fields.ts'
import { type Finding, finding } from './finding.ts'
import { POST_TYPES, type Post, type PostType } from './post.ts'
import { limitsOf } from './rules.ts'
import { tagFindings } from './tags.ts'
import { urlFindings } from './urls.ts'

/** How strict the look at a post is. */
export interface ValidateOptions {
  /** Media on this machine or in a private network are fine: for a sandbox. Default: findings. */
  readonly localHosts?: boolean
}

type Fields = Readonly<Record<string, unknown>>

interface Place {
  readonly fields: Fields
  readonly on: PostType | 'child'
  /** Empty, or `children[2].`. */
  readonly prefix: string
  readonly localHosts: boolean
}

/**
 * Everything that is wrong with a post as it is written, without any call: unknown fields, wrong types, counts, lengths, addresses.
 * Never throws, whatever it is given; a post without findings of severity `error` has the form of `Post`.
 */
export function validatePost(post: unknown, options: ValidateOptions = {}): readonly Finding[] {
  if (!isRecord(post)) return [finding('post-form', { path: '', found: post === null ? 'null' : typeof post })]
  const type = POST_TYPES.find((known) => known === post['type'])
  if (!type) return [finding('type-known', { path: 'type', found: JSON.stringify(post['type']) ?? 'nothing' })]
  const place = { fields: post, on: type, prefix: '', localHosts: options.localHosts ?? false }
  return [...placeFindings(place), ...(type === 'carousel' ? childrenFindings(place) : [])]
}

/** Whether a value has passed `validatePost` without an error, and so is a post. */
export function isPost(post: unknown, findings: readonly Finding[]): post is Post {
  return isRecord(post) && findings.every(({ severity }) => severity !== 'error')
}

function placeFindings(place: Place): Finding[] {
  const { fields, on, prefix } = place
  const wrong = fieldFindings(fields, on, prefix)
  const bad = new Set(wrong.map(({ path }) => path))
  // A value of the wrong type is told once and not looked into.
  const sound = Object.fromEntries(Object.entries(fields).filter(([name]) => !bad.has(prefix + name)))
  const at = { ...place, fields: sound }
  return [...wrong, ...sourceFindings(at, bad), ...textFindings(at), ...countFindings(at), ...tagFindings(at)]
}

const SOURCES: Readonly<Record<PostType | 'child', readonly string[]>> = {
  image: ['image_url'],
  carousel: [],
  reel: ['video_url', 'video_file'],
  story: ['image_url', 'video_url', 'video_file'],
  child: ['image_url', 'video_url', 'video_file'],
}

/** Exactly one picture or film; each address in order. */
function sourceFindings({ fields, on, prefix, localHosts }: Place, bad: ReadonlySet<string>): Finding[] {
  const names = SOURCES[on]
  const given = names.filter((name) => fields[name] !== undefined)
  const missing = names.length > 0 && given.length === 0 && !names.some((name) => bad.has(prefix + name))
  const path = prefix.replace(/\.$/, '')
  const count =
    missing || given.length > 1
      ? [finding('media-present', { path, found: given.join(' and ') || 'none', fix: `give exactly one of ${names.join(', ')}` })]
      : []
  const urls = ['image_url', 'video_url', 'cover_url'].flatMap((name) => {
    const url = fields[name]
    return typeof url === 'string' ? urlFindings(url, { path: prefix + name, localHosts }) : []
  })
  return [...count, ...urls]
}

function textFindings({ fields, prefix }: Place): Finding[] {
  const { caption, alt_text, location_id, thumb_offset, cover_url, trial_params } = fields
  const strategy = isRecord(trial_params) ? trial_params['graduation_strategy'] : undefined
  return [
    ...(typeof caption === 'string' ? captionFindings(caption, `${prefix}caption`) : []),
    ...(typeof alt_text === 'string'
      ? atMost('alt-text-length', { count: [...alt_text].length, what: 'characters', path: `${prefix}alt_text` })
      : []),
    ...(typeof location_id === 'string' && !/^\d{1,20}$/.test(location_id)
      ? [finding('location-id', { path: 'location_id', found: location_id })]
      : []),
    ...(typeof thumb_offset === 'number' && !(Number.isInteger(thumb_offset) && thumb_offset >= limitsOf('thumb-offset').min)
      ? [finding('thumb-offset', { path: 'thumb_offset', found: String(thumb_offset) })]
      : []),
    ...(thumb_offset !== undefined && cover_url !== undefined
      ? [finding('cover-twice', { path: 'thumb_offset', found: 'both are given' })]
      : []),
    ...(trial_params !== undefined && strategy !== 'MANUAL' && strategy !== 'SS_PERFORMANCE'
      ? [finding('trial-strategy', { path: 'trial_params', found: JSON.stringify(strategy) ?? 'nothing' })]
      : []),
  ]
}

function countFindings({ fields, prefix }: Place): Finding[] {
  const lists = [
    ['collaborators', 'collaborators-count', 'collaborators'],
    ['product_tags', 'product-tags-count', 'product tags'],
    ['branded_content_sponsor_ids', 'sponsors-count', 'sponsors'],
  ] as const
  return lists.flatMap(([name, rule, what]) => {
    const list = fields[name]
    return Array.isArray(list) ? atMost(rule, { count: list.length, what, path: prefix + name }) : []
  })
}

function childrenFindings({ fields, localHosts }: Place): Finding[] {
  const children = fields['children']
  if (children !== undefined && !Array.isArray(children)) return []
  const list: readonly unknown[] = children ?? []
  return [
    ...atMost('children-count', { count: list.length, what: 'items', path: 'children' }),
    ...list.flatMap((child, index) => {
      const path = `children[${index}]`
      if (!isRecord(child)) return [finding('field-type', { path, found: typeof child, fix: 'write the item as an object' })]
      return placeFindings({ fields: child, on: 'child', prefix: `${path}.`, localHosts })
    }),
  ]
}
