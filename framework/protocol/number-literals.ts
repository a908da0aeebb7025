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

/** The copy remembers what the original does, beside what it remembers already. */
export function keepLiterals<T extends object>(from: object, copy: T): T {
  const own = (from as Holder)[literals]
  const before = (copy as Holder)[literals]
  if (own) noteLiterals(copy, before ? { ...before, ...own } : own)
  return copy
}

/** Whether a number in it, at any depth, was longer than JavaScript can say. */
export const hasLiterals = (holder: object): boolean => (holder as Holder)[literals] !== undefined

/**
 * The value with the long whole numbers of its body as bigints; the value itself where it has none. Decimals stay doubles.
 */
export function withLongIntegers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !hasLiterals(value)) return value
  const part = (inner: unknown, name: string): unknown =>
    typeof inner === 'string' && literalAt(value, name, inner) !== undefined ? BigInt(inner) : withLongIntegers(inner)
  if (Array.isArray(value)) return value.map((inner: unknown, index) => part(inner, String(index)))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, part(inner, name)]))
}

/** A copy with a whole number under this name: text and a note where JavaScript would round it, as a body gives it. */
export function withInteger(holder: Readonly<Record<string, unknown>>, name: string, value: number | bigint): Record<string, unknown> {
  const isLong = typeof value === 'bigint'
  const copy: Record<string, unknown> = { ...holder, [name]: isLong ? String(value) : value }
  const own: Readonly<Record<string, string>> | undefined = (holder as Holder)[literals]
  if (isLong) noteLiterals(copy, { ...own, [name]: String(value) })
  else if (own) noteLiterals(copy, own)
  return copy
}

const longInteger = /"-?[1-9]\d{15,}"/

/** The state as JSON text, in which long whole numbers are numbers where it has them as such. `indent`: spaces of a level. */
export function stateText(state: unknown, indent?: number): string {
  const text = JSON.stringify(state, undefined, indent)
  if (!longInteger.test(text)) return text
  // Nobody who writes a state can know it.
  const mark = `integer-${String(Math.random()).slice(2)}-`
  const marked = JSON.stringify(
    state,
    function (this: object, name, value: unknown) {
      return typeof value === 'string' && literalAt(this, name, value) !== undefined ? mark + value : value
    },
    indent,
  )
  return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
}

/** As the body wrote it; undefined where another value stands now. */
export function literalAt(holder: object, name: string, value: unknown): string | undefined {
  const literal = (holder as Holder)[literals]?.[name]
  return literal !== undefined && (value === literal || value === Number(literal)) ? literal : undefined
}
