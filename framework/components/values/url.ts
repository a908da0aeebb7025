import type { RequestParts } from '../read/requester.ts'

/**
 * `path` below `base`, as Python's `urljoin(base + '/', path)` has it: a path that is a URL of its own replaces the base,
 * one with a leading slash starts at the host. An empty path leaves the base untouched.
 */
export function joinUrl(base: string, path: string): string {
  if (path === '') return base
  if (base === '' || hasScheme(path)) return path
  const folder = base.endsWith('/') ? base : `${base}/`
  const [, origin = '', rest = ''] = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)(.*)$/is.exec(folder) ?? [undefined, '', folder]
  if (path.startsWith('//')) return `${origin.slice(0, origin.indexOf('//'))}${path}`
  const { head, tail } = splitTail(path)
  if (head === '') return `${folder.replace(/[?#].*$/s, '')}${tail}`
  if (head.startsWith('/')) return `${origin}${withoutDots(head.split('/'))}${tail}`
  const segments = [
    ...splitTail(rest)
      .head.replace(/[^/]*$/, '')
      .split('/'),
    ...head.split('/'),
  ]
  // Doubled slashes vanish, as where a template yields nothing; not those of a path that starts at the host.
  const kept = segments.filter((segment, index) => segment !== '' || index === 0 || index === segments.length - 1)
  return `${origin}${withoutDots(kept)}${tail}`
}

export function hasScheme(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text)
}

function splitTail(text: string): { head: string; tail: string } {
  const at = text.search(/[?#]/)
  return at < 0 ? { head: text, tail: '' } : { head: text.slice(0, at), tail: text.slice(at) }
}

/** RFC 3986 5.2.4. */
function withoutDots(segments: readonly string[]): string {
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '..') {
      if (kept.length > 1) kept.pop()
    } else if (segment !== '.') kept.push(segment)
  }
  const last = segments[segments.length - 1]
  if (last === '.' || last === '..') kept.push('')
  return kept.join('/')
}

/** The parameters that the query of `url` does not carry already with the same value. */
export function missingParams(url: string, params: NonNullable<RequestParts['params']>): NonNullable<RequestParts['params']> {
  const query = /\?([^#]*)/.exec(url)?.[1]
  if (!query) return params
  const known = new URLSearchParams(query)
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => Array.isArray(value) || !known.getAll(name).includes(`${value}`)),
  )
}

/** `url` with `params` behind the query that it has. */
export function withParams(url: string, params: NonNullable<RequestParts['params']>): string {
  const query = formText(missingParams(url, params))
  if (query === '') return url
  const [, address = '', known = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url) ?? []
  return `${address}${known === '' || known === '?' ? '?' : `${known}&`}${query}${fragment}`
}

/** `application/x-www-form-urlencoded`; a list repeats its key. */
export function formText(fields: NonNullable<RequestParts['params']>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') search.append(name, value)
    else for (const item of value) search.append(name, item)
  }
  return search.toString()
}

/** Credentials that providers write into the links of their answers; ours go into a header or come from the authenticator. */
const credentialParams = ['access_token', 'appsecret_proof']

/** A link out of a response without user name, password and the provider's own credentials. */
export function withoutCredentials(link: string): string {
  const bare = link.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#@]*@/i, '$1')
  const [, address = '', query, fragment = ''] = /^([^?#]*)\?([^#]*)(#.*)?$/s.exec(bare) ?? []
  if (query === undefined) return bare
  const kept = query.split('&').filter((pair) => !credentialParams.includes(pair.split('=', 1)[0] ?? ''))
  return `${address}${kept.length > 0 ? `?${kept.join('&')}` : ''}${fragment}`
}
