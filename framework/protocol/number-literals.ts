const literals = Symbol('literals of numbers')

interface Holder {
  [literals]?: Readonly<Record<string, string>>
}

/**
 * Remembers how numbers of a body were written that JavaScript would round, by their names in this object or list. Every object around
 * one remembers too, be it nothing, so that rows without such numbers are told at a glance. Nothing that lists properties shows it, and
 * copies do not have it: who copies a row as it is calls {@link keepLiterals}.
 */
export function noteLiterals(holder: object, own: Readonly<Record<string, string>>): void {
  Object.defineProperty(holder, literals, { value: own, enumerable: false, configurable: true, writable: true })
}

/** The copy remembers what the original does. */
export function keepLiterals<T extends object>(from: object, copy: T): T {
  const own = (from as Holder)[literals]
  if (own) noteLiterals(copy, own)
  return copy
}

/** Whether a number in it, at any depth, was longer than JavaScript can say. */
export const hasLiterals = (holder: object): boolean => (holder as Holder)[literals] !== undefined

/** As the body wrote it; undefined where another value stands now. */
export function literalAt(holder: object, name: string, value: unknown): string | undefined {
  const literal = (holder as Holder)[literals]?.[name]
  return literal !== undefined && (value === literal || value === Number(literal)) ? literal : undefined
}
