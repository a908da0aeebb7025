import type { Destination } from '../ports/destination.ts'
import type { Item } from '../ports/items.ts'
import type { StateLease } from '../ports/state-registry.ts'
import { commitState } from './commit-state.ts'

export interface Delivery {
  /** Opened already. */
  readonly destination: Destination
  /** undefined without a registry. */
  readonly lease: StateLease | undefined
  /** Ends the source: nothing more can be written or committed. See `RunInfo.giveUp`. */
  readonly giveUp: () => void
}

/**
 * What is read goes into the destination and comes out once it is accepted, a STATE once it is committed too. Every STATE gets its
 * position here, before any stage may fold states or commit them: the registry takes none after a newer one.
 */
export function deliver(items: AsyncIterable<Item>, { destination, lease, giveUp }: Delivery): AsyncGenerator<Item> {
  return commitState(destination.write(withPositions(items)), lease, { ahead: destination.readsAhead, giveUp })
}

async function* withPositions(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  let position = 0
  for await (const item of items) {
    if (item.type === 'message' && item.message.type === 'STATE') {
      position += 1
      yield { ...item, position }
    } else yield item
  }
}
