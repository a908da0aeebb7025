import { ConnectorError } from '../errors.ts'
import { compileTemplate } from '../template/template.ts'
import { isNode, type Node } from './definition/build.ts'
import type { Manifest } from './manifest.ts'

/** Where a manifest's requests go, as far as it says. */
export interface NamedHosts {
  /** Hosts, origins of plain http, and templates over the config that yield one; sorted. */
  readonly hosts: readonly string[]
  /** Addresses that only a response or a slice tells. */
  readonly unknown: readonly string[]
}

const options = { dialect: 'airbyte', now: () => 0 } as const

/** Collects the hosts of every requester and every token endpoint in the streams and the check of a manifest written for Airbyte. */
export function namedHosts({ streams, dynamicStreams, check }: Pick<Manifest, 'streams' | 'dynamicStreams' | 'check'>): NamedHosts {
  const hosts = new Set<string>()
  const unknown = new Set<string>()
  for (const node of nodesIn([streams, dynamicStreams, check])) {
    const parameters = isNode(node['$parameters']) ? node['$parameters'] : {}
    for (const address of addressesOf(node)) {
      const host = hostOf(address, parameters)
      if (host === undefined) unknown.add(address)
      else if (host !== '') hosts.add(host)
    }
  }
  return { hosts: [...hosts].sort(), unknown: [...unknown].sort() }
}

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item)
  if (!isNode(value)) return
  yield value
  // Parameters are copies of what stands elsewhere; schemas hold names of the records' own.
  for (const [key, item] of Object.entries(value)) if (key !== '$parameters' && key !== 'schema') yield* nodesIn(item)
}

function addressesOf(node: Node): readonly string[] {
  const text = (key: string) => (typeof node[key] === 'string' ? node[key] : '')
  const own = ['token_refresh_endpoint', 'api_url'].map(text)
  if (!String(node['type']).endsWith('Requester')) return own.filter((address) => address !== '')
  const base = text('url_base') === '' ? text('url') : text('url_base')
  const path = text('path')
  const isWhole = isAddress(path) || isLink(path) || base.trim() === ''
  return [...own, isWhole ? path : base].filter((address) => address !== '')
}

/** A path that is nothing but an address out of a response, as downloads have it. */
const isLink = (path: string) => /^\s*\{\{[^{}]*(?:url|link|download_target)[^{}]*\}\}\s*$/i.test(path) && !/config|parameters/.test(path)
const isAddress = (text: string) => /^https?:\/\//i.test(text)

/** A host or a template of one; '' where none is named; undefined where nobody knows before the run. */
function hostOf(address: string, parameters: Node): string | undefined {
  try {
    const { constant, roots, evaluate } = compileTemplate(address, options)
    if (constant) return hostOfText(address)
    if (roots.every((root) => root === 'parameters')) return hostOfText(String(evaluate({ parameters, config: {} })))
    return roots.every((root) => root === 'config') ? authorityOf(address) : undefined
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return undefined
    throw thrown
  }
}

function hostOfText(text: string): string {
  const address = text.trim()
  if (!URL.canParse(address)) return ''
  const { protocol, host, origin } = new URL(address)
  return protocol === 'http:' ? origin : host
}

/** The part of a templated address that decides the host: up to the first slash outside of templates. */
function authorityOf(address: string): string {
  const [, scheme = '', rest = ''] = /^\s*(?:https:\/\/|(http:\/\/))?(.*)$/is.exec(address) ?? []
  const [authority = ''] = /^(?:\{\{.*?\}\}|[^/?#{])*/s.exec(rest) ?? []
  return `${scheme}${authority.replace(/\s+/g, ' ').trim()}`
}
