import type { StreamState } from '../protocol/messages.ts'
import type { Item } from './items.ts'
import type { StateLease } from './state-registry.ts'

/**
 * The last stage: a STATE that comes out of the destination is durable there together with all records before it, and is
 * committed to the registry. Without a registry it only passes through. Yields every item.
 */
export async function* commitState(items: AsyncIterable<Item>, lease: StateLease | undefined): AsyncGenerator<Item> {
  for await (const item of items) {
    if (lease) await commit(item, lease)
    yield item
  }
}

async function commit(item: Item, lease: StateLease): Promise<void> {
  if (item.type !== 'message' || item.message.type !== 'STATE') return
  const { stream_descriptor, stream_state } = item.message.state.stream
  await lease.commit({ [item.stateKey ?? stream_descriptor.name]: stream_state as StreamState })
}
