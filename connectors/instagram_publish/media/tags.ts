import { isObject } from '../../../framework/protocol/json.ts'
import { atMost } from './caption.ts'
import { formOf } from './fields.ts'
import { type Finding, finding } from './finding.ts'
import { limitsOf, type RuleName } from './rules.ts'

const USERNAME = /^[A-Za-z0-9._]{1,30}$/

interface TagPlace {
  readonly path: string
  readonly inVideo: boolean
  readonly inStory: boolean
}

/** Findings for the people and products marked in an image or video. */
export function tagFindings(fields: Readonly<Record<string, unknown>>, { path, inVideo, inStory }: TagPlace): Finding[] {
  const products = listed(fields['product_tags'])
  return [
    ...listed(fields['user_tags']).flatMap((tag, index) => {
      const at = `${path}.user_tags[${index}]`
      const name = nameFindings(isObject(tag) ? tag['username'] : undefined, `${at}.username`)
      return [...name, ...positionFindings('user-tag-position', tag, { path: at, inVideo, needed: !inStory })]
    }),
    ...atMost('product-tags-count', { count: products.length, what: 'product tags', path: `${path}.product_tags` }),
    ...products.flatMap((tag, index) => {
      const at = `${path}.product_tags[${index}]`
      const id = isObject(tag) ? tag['product_id'] : undefined
      const known = typeof id === 'string' && /^\d+$/.test(id)
      return [
        ...(known ? [] : [finding('product-id', { path: `${at}.product_id`, found: JSON.stringify(id) ?? formOf(id) })]),
        ...positionFindings('product-tag-position', tag, { path: at, inVideo, needed: true }),
      ]
    }),
  ]
}

/** A finding for what can't be a user name. */
export function nameFindings(name: unknown, path: string): Finding[] {
  if (typeof name === 'string' && USERNAME.test(name)) return []
  return [finding('username-form', { path, found: JSON.stringify(name) ?? formOf(name) })]
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

interface Position {
  readonly path: string
  readonly inVideo: boolean
  /** Stories may do without. */
  readonly needed: boolean
}

function positionFindings(rule: RuleName, tag: unknown, { path, inVideo, needed }: Position): Finding[] {
  if (!isObject(tag)) return []
  const { x, y } = tag
  const absent = x === undefined && y === undefined
  if (inVideo) return absent ? [] : [finding(rule, { path, found: 'x and y in a video', fix: 'remove x and y' })]
  if (absent && !needed) return []
  const { min, max } = limitsOf(rule)
  const inside = (value: unknown) => typeof value === 'number' && value >= min && value <= max
  return inside(x) && inside(y)
    ? []
    : [finding(rule, { path, found: `x ${JSON.stringify(x) ?? 'absent'}, y ${JSON.stringify(y) ?? 'absent'}` })]
}
