import { StoppedError } from '../../errors.ts'

/**
 * A bounded queue between many writers and one reader. `send` resolves once there is room, so that a slow reader slows
 * the writers down to the socket they read from.
 */
export interface Channel<T> extends AsyncIterable<T> {
  /** Resolves when there is room for the next value; rejects once the reader is gone. */
  send(value: T): Promise<void>
  /** Puts a small value in at once, ahead of the bound: for log lines and status. */
  post(value: T): void
  /** No more values; what is queued is still delivered. With an error: the reader throws it after the queue is empty. */
  close(error?: unknown): void
}

export function createChannel<T>(capacity: number): Channel<T> {
  const queue: T[] = []
  let room: (() => void)[] = []
  let wake: (() => void) | undefined
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let abandoned = false

  const notify = () => {
    wake?.()
    wake = undefined
  }
  const woken = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  const makeRoom = () => {
    const waiting = room
    room = []
    for (const go of waiting) go()
  }

  return {
    async send(value) {
      if (abandoned) throw new StoppedError('ERR_OUTPUT_CLOSED', 'the destination stopped accepting records')
      queue.push(value)
      notify()
      while (queue.length >= capacity && !abandoned) await new Promise<void>((resolve) => room.push(resolve))
    },
    post(value) {
      queue.push(value)
      notify()
    },
    close(error) {
      ended = true
      if (error !== undefined) failure = { error }
      notify()
    },
    async *[Symbol.asyncIterator]() {
      try {
        while (queue.length > 0 || !ended) {
          const next = queue.shift()
          if (next === undefined) {
            await woken()
            continue
          }
          if (queue.length < capacity) makeRoom()
          yield next
        }
        if (failure) throw failure.error
      } finally {
        abandoned = true
        makeRoom()
      }
    },
  }
}
