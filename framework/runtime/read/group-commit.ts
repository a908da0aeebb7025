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

/** What is under way. */
interface Flow {
  pulling?: Promise<Pulled> | undefined
  flushing?: { readonly done: Promise<Flushed>; readonly covers: number } | undefined
  /** How the source ended. */
  end?: Pulled['pulled']
  /** Something was accepted that no flush covers. */
  isDirty: boolean
}

/**
 * Hands items on in order: once they are accepted, and a STATE once it is durable. While one flush is under way further items are taken
 * in, and the next flush takes all of them together. An item waits for a flush only behind a STATE that waits for one, never for the
 * item after it. Throws the failure of a flush at once, also while the source waits for its own input: the caller ends its source.
 */
export async function* groupCommit(items: AsyncIterable<Item>, committer: Committer): AsyncGenerator<Item> {
  const source = items[Symbol.asyncIterator]()
  const held: Item[] = []
  const flow: Flow = { isDirty: false }

  /** At the end, and when too much is held, only the flush helps. */
  const startWork = () => {
    if (!flow.flushing && (flow.end || committer.full() || held.some(isState))) {
      flow.isDirty = false
      flow.flushing = { done: settle(committer.flush()).then((flushed) => ({ flushed })), covers: held.length }
    }
    if (!flow.end && !(flow.flushing && committer.full())) flow.pulling ??= settle(source.next()).then((pulled) => ({ pulled }))
    return [flow.flushing?.done, flow.pulling].filter((promise) => promise !== undefined)
  }
  /** Items that wait for nothing any more. */
  const afterFlush = (flushed: Settled<void>): readonly Item[] => {
    const covers = flow.flushing?.covers ?? 0
    flow.flushing = undefined
    if ('error' in flushed) throw flushed.error
    const durable = held.splice(0, covers)
    // Without a STATE among them, what came meanwhile has no flush to wait for.
    return held.some(isState) ? durable : [...durable, ...held.splice(0)]
  }
  /** The item, unless it has to wait. */
  const afterPull = async (pulled: Settled<IteratorResult<Item>>): Promise<readonly Item[]> => {
    flow.pulling = undefined
    if ('error' in pulled || pulled.value.done) {
      flow.end = pulled
      return []
    }
    const item = pulled.value.value
    await committer.accept(item)
    flow.isDirty = true
    if (held.length === 0 && !isState(item)) return [item]
    held.push(item)
    return []
  }
  try {
    for (let isOver = false; !isOver; ) {
      const next = await Promise.race<Flushed | Pulled>(startWork())
      yield* 'flushed' in next ? afterFlush(next.flushed) : await afterPull(next.pulled)
      isOver = 'flushed' in next && flow.end !== undefined && !flow.isDirty
    }
    if (flow.end && 'error' in flow.end) throw flow.end.error
  } finally {
    await flow.flushing?.done
    const released = source.return?.()
    // A generator that waits for its input only lets go when some comes.
    if (flow.pulling === undefined) await released
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
