import { isObject } from './json.ts'
import type { JsonSchema } from './messages.ts'

/** References that refer to references are followed this far. */
const maxSteps = 32

/** What a schema stands for: itself, or what its local `$ref` (`#/definitions/…`) points at in `root`; undefined when that does not exist. */
export function localTarget(node: unknown, root: JsonSchema): unknown {
  let target = node
  for (let steps = 0; isObject(target) && typeof target['$ref'] === 'string' && steps < maxSteps; steps++) {
    target = pointed(root, target['$ref'])
  }
  return target
}

function pointed(root: JsonSchema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined
  return reference
    .slice(1)
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((node, key) => (isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined), root)
}
