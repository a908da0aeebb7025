export interface Followed<T> {
  readonly item: T
  /** No other item follows. */
  readonly last: boolean
}

/** Each item together with the knowledge whether another one follows; reads one item ahead. An error comes after the item before it. */
export async function* withLast<T>(items: AsyncIterable<T>): AsyncGenerator<Followed<T>> {
  let held: { readonly item: T } | undefined
  try {
    for await (const item of items) {
      if (held) yield { ...held, last: false }
      held = { item }
    }
  } catch (thrown) {
    if (held) yield { ...held, last: false }
    throw thrown
  }
  if (held) yield { ...held, last: true }
}
