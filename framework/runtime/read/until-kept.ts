import type { Item, MessageItem } from '../ports/items.ts'
import type { Channel } from './channel.ts'

export interface KeptOptions {
  readonly out: Channel<Item>
  readonly signal: AbortSignal
  /** Somebody calls `MessageItem.onKept`. */
  readonly waitForStates?: boolean
}

/** Sends the message; resolves once it is kept, where somebody says so, or when nothing will be any more. */
export async function postKept(item: MessageItem, { out, signal, waitForStates }: KeptOptions): Promise<void> {
  if (waitForStates) await untilKept((onKept) => out.post({ ...item, onKept }), signal)
  else out.post(item)
}

/** Resolves when the state is kept, or when nothing will be any more. */
function untilKept(send: (onKept: () => void) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      signal.removeEventListener('abort', settle)
      resolve()
    }
    signal.addEventListener('abort', settle)
    send(settle)
    if (signal.aborted) settle()
  })
}
