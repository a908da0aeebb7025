import type { Services } from '../../manifest/definition/component.ts'

const runs = new WeakMap<Services, Map<string, unknown>>()

/**
 * What `create` gives, made once for all components that are built with the same services and ask with the same key: streams
 * that log in alike share one login. The key may hold secrets; it never leaves this map.
 */
export function sharedInRun<T>(services: Services, key: string, create: () => T): T {
  const known = runs.get(services) ?? new Map<string, unknown>()
  runs.set(services, known)
  if (!known.has(key)) known.set(key, create())
  // Keys begin with the name of the module that makes the values.
  return known.get(key) as T
}
