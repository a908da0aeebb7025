import { isRecord } from './fields.ts'
import { type Finding, finding } from './finding.ts'
import { limitsOf, type RuleName } from './rules.ts'

const USERNAME = /^[A-Za-z0-9._]{1,30}$/

/** Findings for people and products marked in a picture or film, and for collaborators. */
export function tagFindings({ fields, prefix }: { fields: Readonly<Record<string, unknown>>; prefix: string }): Finding[] {
  const inFilm = fields['video_url'] !== undefined || fields['video_file'] !== undefined
  const picture = fields['type'] !== 'story'
  return [
    ...listed(fields['collaborators']).flatMap((name, index) => nameFindings(name, `${prefix}collaborators[${index}]`)),
    ...listed(fields['user_tags']).flatMap((tag, index) => {
      const path = `${prefix}user_tags[${index}]`
      const name = nameFindings(isRecord(tag) ? tag['username'] : undefined, `${path}.username`)
      return [...name, ...positionFindings('user-tag-position', tag, { path, inFilm, needed: picture })]
    }),
    ...listed(fields['product_tags']).flatMap((tag, index) => {
      const path = `${prefix}product_tags[${index}]`
      const known = isRecord(tag) && typeof tag['product_id'] === 'string'
      const id = known ? [] : [finding('field-type', { path: `${path}.product_id`, found: 'nothing', fix: 'give the id of the product' })]
      return [...id, ...positionFindings('product-tag-position', tag, { path, inFilm, needed: true })]
    }),
  ]
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function nameFindings(name: unknown, path: string): Finding[] {
  return typeof name === 'string' && USERNAME.test(name)
    ? []
    : [finding('username-form', { path, found: JSON.stringify(name) ?? 'nothing' })]
}

interface Position {
  readonly path: string
  readonly inFilm: boolean
  /** Pictures need both; stories may do without. */
  readonly needed: boolean
}

function positionFindings(rule: RuleName, tag: unknown, { path, inFilm, needed }: Position): Finding[] {
  if (!isRecord(tag)) return []
  const { x, y } = tag
  if (inFilm) return x === undefined && y === undefined ? [] : [finding(rule, { path, found: 'x and y in a film', fix: 'remove x and y' })]
  if (x === undefined && y === undefined && !needed) return []
  const { min, max } = limitsOf(rule)
  const inside = (value: unknown) => typeof value === 'number' && value >= min && value <= max
  return inside(x) && inside(y) ? [] : [finding(rule, { path, found: `x ${JSON.stringify(x)}, y ${JSON.stringify(y)}` })]
}
