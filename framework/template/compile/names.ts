/** Which variable a name means, decided while compiling, after Jinja's scoping: loops and `with` make scopes, `if` does not. */

/** Content of a slot before its first assignment. */
export const unset: unique symbol = Symbol('unset')

interface Scope {
  readonly slots: Map<string, number>
  /** Names certainly assigned at this point of the template. */
  assigned: Set<string>
}

/** What a name means where it is read. */
export interface Resolution {
  /** Slots to look at, innermost first; the first that is set holds the value. */
  readonly slots: readonly number[]
  /** Whether the value may come from outside the template. */
  readonly external: boolean
}

/** The scopes of one template while it is compiled. */
export class Names {
  readonly #scopes: Scope[] = [{ slots: new Map(), assigned: new Set() }]
  readonly #read = new Set<number>()
  #count = 0

  /** Number of slots that an evaluation needs. */
  get count(): number {
    return this.#count
  }

  get #current(): Scope {
    return this.#scopes[this.#scopes.length - 1] as Scope
  }

  /** Makes `name` a variable of the current scope, certainly assigned from here on. */
  declare(name: string): number {
    const { slots, assigned } = this.#current
    assigned.add(name)
    const known = slots.get(name)
    if (known !== undefined) return known
    const slot = this.#count++
    slots.set(name, slot)
    return slot
  }

  resolve(name: string): Resolution {
    const slots: number[] = []
    let external = true
    for (const scope of this.#scopes.toReversed()) {
      const slot = scope.slots.get(name)
      if (slot !== undefined) {
        slots.push(slot)
        this.#read.add(slot)
      }
      if (scope.assigned.has(name)) external = false
    }
    return { slots, external }
  }

  /** Whether the template, as far as it is compiled, reads the slot. */
  isRead(slot: number): boolean {
    return this.#read.has(slot)
  }

  /** Runs `work` in a scope of its own; also returns that scope's slots, to be unset at each entry. */
  scoped<T>(work: () => T): { result: T; slots: readonly number[] } {
    const scope: Scope = { slots: new Map(), assigned: new Set() }
    this.#scopes.push(scope)
    const result = work()
    this.#scopes.pop()
    return { result, slots: [...scope.slots.values()] }
  }

  /** Runs the alternatives of an `if`; what they assign is not certain afterwards (Jinja says so even if all of them do). */
  branches<T>(alternatives: readonly (() => T)[]): T[] {
    const scope = this.#current
    const before = scope.assigned
    const results = alternatives.map((work) => {
      scope.assigned = new Set(before)
      return work()
    })
    scope.assigned = before
    return results
  }
}
