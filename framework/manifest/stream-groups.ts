import { ConfigError } from '../errors.ts'
import { describe, isNode, manifestError, type Node } from './definition/build.ts'
import type { BuildContext } from './definition/component.ts'

/** The groups of each stream, by name: its own and those of the parents that are read with it. */
export type StreamGroups = ReadonlyMap<string, readonly string[]>

/**
 * Reads `stream_groups`: `{ <group>: { streams: [<stream>, …], action: { type: BlockSimultaneousSyncsAction } } }`. Streams of one group are
 * never read at the same time. Throws ConfigError for another shape, and for a stream in one group with a parent of its own.
 */
export function readStreamGroups(groups: unknown, streams: readonly unknown[], context: BuildContext): StreamGroups {
  if (groups === undefined || groups === null) return new Map()
  const at = { ...context, path: 'stream_groups' }
  if (!isNode(groups)) throw manifestError(at, `expected groups by name, found ${describe(groups)}`)
  const groupOf = new Map<string, string>()
  for (const [group, node] of Object.entries(groups)) {
    for (const name of membersOf(node, { ...at, path: `${at.path}.${group}` })) groupOf.set(name, group)
  }
  const nodes = streams.filter(isNode).flatMap((node) => [node, ...(Array.isArray(node['streams']) ? node['streams'].filter(isNode) : [])])
  return new Map(nodes.map((node) => [String(node['name']), groupsOf(node, groupOf, at)]))
}

function membersOf(node: unknown, at: BuildContext): readonly string[] {
  const { streams, action } = isNode(node) ? node : {}
  const kind = isNode(action) ? action['type'] : undefined
  if (!Array.isArray(streams)) throw manifestError(at, `needs 'streams', a list of streams`, isNode(node) ? { node } : undefined)
  if (kind !== 'BlockSimultaneousSyncsAction') {
    throw manifestError(at, `needs an 'action' of type BlockSimultaneousSyncsAction`, isNode(node) ? { node } : undefined)
  }
  return streams.map((stream) => {
    const name = isNode(stream) ? stream['name'] : stream
    if (typeof name === 'string') return name
    throw manifestError(at, `expected a stream, found ${describe(stream)}`)
  })
}

function groupsOf(stream: Node, groupOf: ReadonlyMap<string, string>, at: BuildContext): readonly string[] {
  const name = String(stream['name'])
  const own = groupOf.get(name)
  const parents = [...parentsOf(stream)]
  const clash = parents.find((parent) => parent !== name && own !== undefined && groupOf.get(parent) === own)
  if (clash !== undefined) {
    const message = `${at.path}: '${name}' and its parent '${clash}' are both in group '${own}'; a stream is read together with its parents`
    throw new ConfigError('ERR_MANIFEST_INVALID', message, { context: { manifest_path: at.path } })
  }
  const groups = [name, ...parents].map((known) => groupOf.get(known)).filter((group) => group !== undefined)
  return [...new Set(groups)]
}

/** Names of the streams that stand inside a stream: its parents, and theirs. */
function* parentsOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* parentsOf(item)
  if (!isNode(value)) return
  for (const [key, item] of Object.entries(value)) {
    if (key === '$parameters' || key === 'schema') continue
    if (key === 'stream' && isNode(item) && typeof item['name'] === 'string') yield item['name']
    yield* parentsOf(item)
  }
}
