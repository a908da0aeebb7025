import { isObject } from '../../../framework/protocol/json.ts'
import { atMost } from './caption.ts'
import { type Diagnostic, diagnose } from './diagnostic.ts'
import { formOf } from './fields.ts'
import { limitsOf, type RuleName } from './rules.ts'

const USERNAME = /^[A-Za-z0-9._]{1,30}$/

interface TagPlace {
  readonly path: string
  readonly inVideo: boolean
  readonly inStory: boolean
}

/** Diagnostics for the people and products marked in an image or video. */
export function tagDiagnostics(fields: Readonly<Record<string, unknown>>, { path, inVideo, inStory }: TagPlace): Diagnostic[] {
  const products = listed(fields['product_tags'])
  return [
    ...listed(fields['user_tags']).flatMap((tag, index) => {
      const at = `${path}.user_tags[${index}]`
      const name = nameDiagnostics(isObject(tag) ? tag['username'] : undefined, `${at}.username`)
      return [...name, ...positionDiagnostics('user-tag-position', tag, { path: at, inVideo, needed: !inStory })]
    }),
    ...atMost('product-tags-count', { count: products.length, what: 'product tags', path: `${path}.product_tags` }),
    ...products.flatMap((tag, index) => {
      const at = `${path}.product_tags[${index}]`
      const id = isObject(tag) ? tag['product_id'] : undefined
      const known = typeof id === 'string' && /^\d+$/.test(id)
      return [
        ...(known ? [] : [diagnose('product-id', { path: `${at}.product_id`, found: JSON.stringify(id) ?? formOf(id) })]),
        ...positionDiagnostics('product-tag-position', tag, { path: at, inVideo, needed: true }),
      ]
    }),
  ]
}

/** A diagnostic for what can't be a user name. */
export function nameDiagnostics(name: unknown, path: string): Diagnostic[] {
  if (typeof name === 'string' && USERNAME.test(name)) return []
  return [diagnose('username-form', { path, found: JSON.stringify(name) ?? formOf(name) })]
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

function positionDiagnostics(rule: RuleName, tag: unknown, { path, inVideo, needed }: Position): Diagnostic[] {
  if (!isObject(tag)) return []
  const { x, y } = tag
  const absent = x === undefined && y === undefined
  if (inVideo) return absent ? [] : [diagnose(rule, { path, found: 'x and y in a video', fix: 'remove x and y' })]
  if (absent && !needed) return []
  const { min, max } = limitsOf(rule)
  const inside = (value: unknown) => typeof value === 'number' && value >= min && value <= max
  return inside(x) && inside(y)
    ? []
    : [diagnose(rule, { path, found: `x ${JSON.stringify(x) ?? 'absent'}, y ${JSON.stringify(y) ?? 'absent'}` })]
}
