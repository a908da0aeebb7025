/** Lets streams that share a group be read one after the other, whatever else is read meanwhile. */
export class GroupGate {
  readonly #busy = new Set<string>()
  #wake: () => void = () => undefined

  /** Removes the first entry whose groups are free from `waiting` and takes its groups; waits while there is none. `waiting` is not empty. */
  async take<T extends { readonly groups: readonly string[] }>(waiting: T[]): Promise<T> {
    for (;;) {
      const place = waiting.findIndex(({ groups }) => !groups.some((group) => this.#busy.has(group)))
      const [found] = place < 0 ? [] : waiting.splice(place, 1)
      if (found) {
        for (const group of found.groups) this.#busy.add(group)
        return found
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The entry was read. */
  release({ groups }: { readonly groups: readonly string[] }): void {
    for (const group of groups) this.#busy.delete(group)
    this.#wake()
  }
}
