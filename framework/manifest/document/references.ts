import { ConfigError, suggest } from '../../errors.ts'
import { isNode } from '../definition/build.ts'
import type { Positions } from './positions.ts'
import { put } from './yaml.ts'

/** Values of these fields are data: text that looks like a reference stays as it is. */
const dataFields = new Set(['config_overrides'])
/** Nodes of a manifest with every reference written out; real ones stay below 1 million. */
const MAX_NODES = 5_000_000
const MAX_CHAIN = 100

export interface Resolver {
  /** The value with every reference inside replaced. Targets are shared between the places that name them. */
  resolve(value: unknown): unknown
}

interface Resolved {
  readonly value: unknown
  /** How many nodes the value has, every reference counted in full. */
  readonly nodes: number
}

/**
 * Replaces references: any text that starts with `#/` is one. `$ref` in a mapping puts the target's keys behind the mapping's own;
 * a target that is not a mapping stands in for it. A path is looked up as one key first, then split at its first `/`; numbers index lists.
 * Throws ConfigError ERR_REFERENCE_UNDEFINED or ERR_REFERENCE_CIRCULAR with the place of the reference.
 */
export function createResolver(root: unknown, positions: Positions): Resolver {
  const done = new Map<string, Resolved>()
  const open = new Set<string>()
  let total = 0

  const text = (reference: string, location: Location): Resolved => {
    const known = done.get(reference)
    if (known) return known
    if (open.has(reference)) throw circular(reference, [...open], where(location, positions))
    if (open.size >= MAX_CHAIN) {
      throw new ConfigError('ERR_REFERENCE_SIZE', `references lead through more than ${MAX_CHAIN} others${where(location, positions)}`)
    }
    open.add(reference)
    const resolved = visit(
      lookUp(root, reference, () => where(location, positions)),
      location,
    )
    open.delete(reference)
    done.set(reference, resolved)
    return resolved
  }

  const visit = (value: unknown, location: Location): Resolved => {
    if (typeof value === 'string') return value.startsWith('#/') ? text(value, location) : { value, nodes: 1 }
    if (typeof value !== 'object' || value === null) return { value, nodes: 1 }
    const resolved = Array.isArray(value) ? list(value) : mapping(value as Record<string, unknown>)
    total = Math.max(total, resolved.nodes)
    if (total > MAX_NODES) {
      throw new ConfigError('ERR_REFERENCE_SIZE', `references write out to more than ${MAX_NODES} nodes${where(location, positions)}`)
    }
    return resolved
  }

  const list = (items: readonly unknown[]): Resolved => {
    let nodes = 1
    const value = items.map((item, key) => {
      const resolved = visit(item, { node: items, key })
      nodes += resolved.nodes
      return resolved.value
    })
    positions.copied(items, value)
    return { value, nodes }
  }

  const mapping = (node: Readonly<Record<string, unknown>>): Resolved => {
    const own: Record<string, unknown> = {}
    let nodes = 1
    for (const [key, item] of Object.entries(node)) {
      if (key === '$ref') continue
      const resolved = dataFields.has(key) ? { value: item, nodes: 1 } : visit(item, { node, key })
      nodes += resolved.nodes
      put(own, key, resolved.value)
    }
    positions.copied(node, own)
    if (!Object.hasOwn(node, '$ref')) return { value: own, nodes }
    const target = visit(node['$ref'], { node, key: '$ref' })
    if (!isNode(target.value)) return target
    const value = { ...target.value, ...own }
    positions.merged(value, own, target.value)
    return { value, nodes: nodes + target.nodes }
  }

  return { resolve: (value) => visit(value, { node: {} }).value }
}

/** Resolves a whole document. */
export function resolveReferences(root: unknown, positions: Positions): unknown {
  return createResolver(root, positions).resolve(root)
}

interface Location {
  readonly node: object
  readonly key?: string | number
}

function where({ node, key }: Location, positions: Positions): string {
  const position = positions.locate(node, key)
  return position ? ` (${position.file}:${position.line}:${position.column})` : ''
}

function lookUp(root: unknown, reference: string, location: () => string): unknown {
  let node = root
  let rest = reference.slice(2)
  while (rest !== '') {
    if (isNode(node) && Object.hasOwn(node, rest)) return node[rest]
    const slash = rest.indexOf('/')
    const head = slash < 0 ? rest : rest.slice(0, slash)
    rest = slash < 0 ? '' : rest.slice(slash + 1)
    const next = step(node, head)
    if (!next) throw undefinedReference(reference, { head, siblings: isNode(node) ? Object.keys(node) : [] }, location())
    node = next.value
  }
  return node
}

function step(node: unknown, head: string): { readonly value: unknown } | undefined {
  if (Array.isArray(node)) {
    const index = /^-?\d+$/.test(head) ? Number(head) : Number.NaN
    const found = index < 0 ? index + node.length : index
    return found >= 0 && found < node.length ? { value: node[found] } : undefined
  }
  return isNode(node) && Object.hasOwn(node, head) ? { value: node[head] } : undefined
}

function undefinedReference(reference: string, { head, siblings }: { head: string; siblings: readonly string[] }, location: string) {
  const hint = siblings.length > 0 ? `; ${suggest(head, siblings)}` : ''
  return new ConfigError('ERR_REFERENCE_UNDEFINED', `unresolved reference ${reference}: '${head}' does not exist${hint}${location}`)
}

function circular(reference: string, open: readonly string[], location: string): ConfigError {
  const circle = [...open.slice(open.indexOf(reference)), reference].join(' → ')
  return new ConfigError('ERR_REFERENCE_CIRCULAR', `reference ${reference} leads back to itself: ${circle}${location}`)
}
