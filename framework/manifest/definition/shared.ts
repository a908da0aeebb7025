/**
 * Gives what `create` makes, made once for all components of a run that ask with the same key: streams that log in alike share one login.
 * A key begins with the name of what it stands for; it may hold secrets and never leaves the run.
 */
export type Shared = <T>(key: string, create: () => T) => T

export function createShared(): Shared {
  const made = new Map<string, unknown>()
  return <T>(key: string, create: () => T): T => {
    if (!made.has(key)) made.set(key, create())
    // One key, one kind of value.
    return made.get(key) as T
  }
}
