import type { StreamState } from '../../protocol/messages.ts'
import type { Item } from '../ports/items.ts'
import type { StateLease } from '../ports/state-registry.ts'
import { type Committer, groupCommit } from './group-commit.ts'

export interface CommitOptions {
  /** Takes further items while a commit is under way; states that come meanwhile are committed together. `Destination.readsAhead`. */
  readonly ahead?: boolean
  /** Called as soon as a commit failed, see `RunInfo.giveUp`. */
  readonly giveUp?: () => void
}

/** Pages taken in behind a commit that is under way. */
const pagesAhead = 4

/**
 * The last stage: a STATE that comes out of the destination is durable there together with all records before it, and is
 * committed to the registry. Without a registry it only passes through. Yields every item, a STATE once it is committed.
 */
export async function* commitState(
  items: AsyncIterable<Item>,
  lease: StateLease | undefined,
  { ahead = false, giveUp }: CommitOptions = {},
): AsyncGenerator<Item> {
  if (lease && ahead) {
    yield* groupCommit(items, committerOf(lease, giveUp))
    return
  }
  for await (const item of items) {
    const state = stateOf(item)
    if (lease && state) {
      await lease.commit({ [state.name]: state.state }, state.position)
      state.kept()
    }
    yield item
    // Without a registry it is up to whoever takes the items.
    if (!lease) state?.kept()
  }
}

function committerOf(lease: StateLease, giveUp: (() => void) | undefined): Committer {
  let states = new Map<string, StreamState>()
  let position: number | undefined
  let receipts: (() => void)[] = []
  let pages = 0
  return {
    async accept(item) {
      const found = stateOf(item)
      if (found) {
        states.set(found.name, found.state)
        position = found.position
        receipts.push(found.kept)
      } else if (item.type === 'page') pages += 1
    },
    full: () => pages >= pagesAhead,
    async flush() {
      const pending = states
      const sent = receipts
      states = new Map()
      receipts = []
      pages = 0
      try {
        if (pending.size > 0) await lease.commit(Object.fromEntries(pending), position)
        for (const kept of sent) kept()
      } catch (thrown) {
        giveUp?.()
        throw thrown
      }
    },
  }
}

function stateOf(item: Item) {
  if (item.type !== 'message' || item.message.type !== 'STATE') return undefined
  const { stream_descriptor, stream_state } = item.message.state.stream
  return { name: item.stateKey ?? stream_descriptor.name, state: stream_state, position: item.position, kept: () => item.onKept?.() }
}
