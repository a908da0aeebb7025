import { setMaxListeners } from 'node:events'

/**
 * The signal of a run: aborted as soon as one of those given is, with its reason. Every request and wait in flight listens to it, however
 * many there are at once; Node's warning of more than ten listeners would only tell of the concurrency.
 */
export function runSignal(...signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals])
  setMaxListeners(0, signal)
  return signal
}
