import type { Item } from '../ports/items.ts'

/** A destination that takes items in first and makes them durable together. */
export interface Committer {
  /** Takes the item in; it need not be durable yet. */
  accept(item: Item): Promise<void>
  /** More is held than should be: no further item is asked for before it is flushed. */
  full(): boolean
  /** Makes everything durable that was accepted before the call. Never called again before it settled. */
  flush(): Promise<void>
}

type Settled<T> = { readonly value: T } | { readonly error: unknown }
type Pulled = { readonly pulled: Settled<IteratorResult<Item>> }
type Flushed = { readonly flushed: Settled<void> }

/**
 * Hands items on in order: once they are accepted, and a STATE once it is durable. While one flush is under way further items are taken
 * in, and the next flush takes all of them together. An item waits for a flush only behind a STATE that waits for one, never for the
 * item after it. Throws the failure of a flush at once, also while the source waits for its own input: the caller ends its source.
 */
export async function* groupCommit(items: AsyncIterable<Item>, committer: Committer): AsyncGenerator<Item> {
  const source = items[Symbol.asyncIterator]()
  const held: Item[] = []
  let pulling: Promise<Pulled> | undefined
  let flushing: { readonly done: Promise<Flushed>; readonly covers: number } | undefined
  let end: Pulled['pulled'] | undefined
  /** Something was accepted that no flush covers. */
  let isDirty = false
  const startFlush = () => {
    isDirty = false
    return { done: settle(committer.flush()).then((flushed) => ({ flushed })), covers: held.length }
  }
  try {
    for (;;) {
      if (!flushing && (end || committer.full() || held.some(isState))) flushing = startFlush()
      // At the end, and when too much is held, only the flush helps.
      if (!end && !(flushing && committer.full())) pulling ??= settle(source.next()).then((pulled) => ({ pulled }))
      const next = await Promise.race<Flushed | Pulled>([flushing?.done, pulling].filter((promise) => promise !== undefined))
      if ('flushed' in next) {
        const covers = flushing?.covers ?? 0
        flushing = undefined
        if ('error' in next.flushed) throw next.flushed.error
        yield* held.splice(0, covers)
        // Without a STATE among them, what came meanwhile has no flush to wait for.
        if (!held.some(isState)) yield* held.splice(0)
        if (end && !isDirty) break
        continue
      }
      pulling = undefined
      if ('error' in next.pulled || next.pulled.value.done) {
        end = next.pulled
        continue
      }
      const item = next.pulled.value.value
      await committer.accept(item)
      isDirty = true
      if (held.length === 0 && !isState(item)) yield item
      else held.push(item)
    }
    if (end && 'error' in end) throw end.error
  } finally {
    await flushing?.done
    const released = source.return?.()
    // A generator that waits for its input only lets go when some comes.
    if (pulling === undefined) await released
    else released?.catch(() => undefined)
  }
}

const isState = (item: Item): boolean => item.type === 'message' && item.message.type === 'STATE'

async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await promise }
  } catch (error) {
    return { error }
  }
}
