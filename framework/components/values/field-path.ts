import { ConnectorError } from '../../errors.ts'
import { setOwn } from '../../template/python/dict.ts'

/**
 * Paths into JSON values as the dpath library reads them: keys and list indices, with the globs `*`, `?`, `[…]` inside a
 * segment and `**` for any number of segments.
 */
export type FieldPath = readonly string[]

type Container = Record<string, unknown> | unknown[]

/** The value at a path without globs; undefined when there is none. */
export function valueAt(body: unknown, path: FieldPath): unknown {
  let value = body
  for (const segment of path) {
    if (!isContainer(value)) return undefined
    value = child(value, segment)
  }
  return value
}

/** All values that a path with globs matches, in the order of the body. */
export function valuesAt(body: unknown, path: FieldPath): unknown[] {
  return placesAt(body, path).map(({ parent, key }) => child(parent, key))
}

/** Sets the value at a path without globs. Missing parents are made, lists grow by nulls. Throws ERR_FIELD_PATH when a parent is no container. */
export function setAt(target: Container, path: FieldPath, value: unknown): void {
  let parent = target
  for (const [index, segment] of path.entries()) {
    const following = path[index + 1]
    if (following === undefined) {
      put(parent, segment, value)
      return
    }
    let next = child(parent, segment)
    if (next === undefined) {
      next = isIndex(following) ? [] : {}
      put(parent, segment, next)
    }
    if (!isContainer(next)) {
      throw new ConnectorError('ERR_FIELD_PATH', `cannot set ${path.join('.')}: ${path.slice(0, index + 1).join('.')} holds no object`)
    }
    parent = next
  }
}

/** Replaces every value that a path matches, globs included; says how many there were. */
export function replaceAt(target: Container, path: FieldPath, value: unknown): number {
  const places = placesAt(target, path)
  for (const { parent, key } of places) put(parent, key, value)
  return places.length
}

/** Removes what a path matches and `accepts` agrees to. Inside a list only the last item goes; others become null, so that indices stay. */
export function removeAt(target: Container, path: FieldPath, accepts?: (value: unknown) => boolean): void {
  for (const { parent, key } of placesAt(target, path)) {
    if (accepts && !accepts(child(parent, key))) continue
    if (!Array.isArray(parent)) delete parent[key]
    else if (Number(key) === parent.length - 1) parent.pop()
    else parent[Number(key)] = null
  }
}

interface Place {
  readonly parent: Container
  readonly key: string
}

function placesAt(body: unknown, path: FieldPath): readonly Place[] {
  const places: Place[] = []
  if (isContainer(body) && path.length > 0) collect(body, path, places)
  return places
}

function collect(parent: Container, path: FieldPath, places: Place[]): void {
  const [segment = '', ...rest] = path
  const last = rest.length === 0
  for (const key of matchingKeys(parent, segment)) {
    const value = child(parent, key)
    if (last) places.push({ parent, key })
    if (segment === '**' && isContainer(value)) collect(value, path, places)
    else if (!last && isContainer(value)) collect(value, rest, places)
  }
  // `**` also stands for no segment at all.
  if (segment === '**' && !last) collect(parent, rest, places)
}

function matchingKeys(parent: Container, segment: string): readonly string[] {
  if (!/[*?[]/.test(segment)) return child(parent, segment) === undefined ? [] : [segment]
  const keys = Array.isArray(parent) ? parent.map((_, index) => String(index)) : Object.keys(parent)
  if (segment === '*' || segment === '**') return keys
  const pattern = globExpression(segment)
  return keys.filter((key) => pattern.test(key))
}

/** Python's fnmatch as a regular expression. */
function globExpression(glob: string): RegExp {
  const source = glob.replace(/\*|\?|\[(!?)([^\]]+)\]|[^*?[]+|\[/g, (part, not, set) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replace(/[\\^[]/g, '\\$&')}]`
    return part.replace(/[.+^${}()|[\]\\/-]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 's')
}

function child(parent: Container, key: string): unknown {
  if (Array.isArray(parent)) return isIndex(key) ? parent[Number(key)] : undefined
  return Object.hasOwn(parent, key) ? parent[key] : undefined
}

function put(parent: Container, key: string, value: unknown): void {
  if (!Array.isArray(parent)) {
    setOwn(parent, key, value)
  } else {
    if (!isIndex(key)) throw new ConnectorError('ERR_FIELD_PATH', `'${key}' is not an index of a list`)
    while (parent.length < Number(key)) parent.push(null)
    parent[Number(key)] = value
  }
}

function isIndex(segment: string): boolean {
  return /^\d{1,9}$/.test(segment)
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}
