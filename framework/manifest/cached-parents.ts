import { isNode } from './definition/build.ts'

/**
 * Lets the requests of parent streams be answered from the cache, wherever a manifest does not say otherwise: a parent is read once for each
 * of its children, and for itself. As the reference does it for manifests of its language; `nodes` are copies of this run and are changed.
 */
export function cacheParents(nodes: readonly unknown[]): void {
  const names = new Set<unknown>()
  const visit = (stream: unknown): void => {
    for (const retriever of retrieversOf(stream)) {
      for (const parent of routersOf(retriever['partition_router']).flatMap(parentsOf)) {
        if (isNode(parent)) names.add(parent['name'])
        for (const above of retrieversOf(parent)) cache(above)
        visit(parent)
      }
    }
  }
  nodes.forEach(visit)
  for (const node of nodes) if (isNode(node) && names.has(node['name'])) retrieversOf(node).forEach(cache)
}

type Fields = Record<string, unknown>

/** Also sets the requests of a resolver to be answered from the cache. */
export function cacheResolver(node: unknown): void {
  if (isNode(node) && isNode(node['components_resolver'])) retrieversOf(node['components_resolver']).forEach(cache)
}

function cache({ requester }: Fields): void {
  if (isNode(requester) && requester['use_cache'] === undefined) (requester as Fields)['use_cache'] = true
}

/** A stream has one retriever, or one for each of the streams that it delegates to. */
function retrieversOf(stream: unknown): readonly Fields[] {
  if (!isNode(stream)) return []
  const delegates = [stream['full_refresh_stream'], stream['incremental_stream']].flatMap(retrieversOf)
  return isNode(stream['retriever']) ? [stream['retriever'], ...delegates] : delegates
}

function routersOf(router: unknown): readonly Fields[] {
  if (Array.isArray(router)) return router.flatMap(routersOf)
  if (!isNode(router)) return []
  return [router, ...routersOf(router['partition_routers']), ...routersOf(router['underlying_partition_router'])]
}

function parentsOf(router: Fields): readonly unknown[] {
  const configs = router['parent_stream_configs']
  return Array.isArray(configs) ? configs.map((config: unknown) => (isNode(config) ? config['stream'] : undefined)) : []
}
