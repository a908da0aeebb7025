import { keepLiterals } from '../../protocol/number-literals.ts'
import type { Partition, PartitionRouter } from '../read/partition-router.ts'
import type { RequestParts } from '../read/requester.ts'

/**
 * Every combination of the partitions of several routers, the first router outermost. Where two of them set the same
 * value or request parameter, the first one wins. The partitions of all but the first router are held in memory.
 */
export function combineRouters(routers: readonly PartitionRouter[]): PartitionRouter {
  const [first, ...others] = routers
  return {
    grouped: routers.some(({ grouped }) => grouped),
    parentState: () => undefined,
    async *partitions(scope) {
      if (!first) return
      const rest: Partition[][] = []
      for (const router of others) rest.push(await all(router.partitions(scope, undefined)))
      for await (const outer of first.partitions(scope, undefined)) yield* combinations(outer, rest)
    },
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

function* combinations(outer: Partition, [inner, ...rest]: readonly (readonly Partition[])[]): Generator<Partition> {
  if (!inner) yield outer
  else for (const partition of inner) yield* combinations(both(outer, partition), rest)
}

function both(first: Partition, second: Partition): Partition {
  return {
    values: keepLiterals(first.values, keepLiterals(second.values, { ...second.values, ...first.values })),
    extra: { ...second.extra, ...first.extra },
    parts: bothParts(first.parts, second.parts),
    scope: { ...second.scope, ...first.scope },
  }
}

function bothParts(first: RequestParts, second: RequestParts): RequestParts {
  const merged: RequestParts = { ...second, ...first }
  return {
    ...merged,
    ...(first.params && second.params ? { params: { ...second.params, ...first.params } } : {}),
    ...(first.headers && second.headers ? { headers: { ...second.headers, ...first.headers } } : {}),
    ...(isForm(first.body_data) && isForm(second.body_data) ? { body_data: { ...second.body_data, ...first.body_data } } : {}),
    ...(first.body_json && second.body_json ? { body_json: { ...second.body_json, ...first.body_json } } : {}),
  }
}

function isForm(body: RequestParts['body_data']): body is Readonly<Record<string, unknown>> {
  return typeof body === 'object'
}
