/** One signal out of two. `unlink` takes the listeners off again: the run's signal outlives thousands of requests. */
export function linkSignals(
  first: AbortSignal | undefined,
  second: AbortSignal | undefined,
): { readonly signal: AbortSignal | undefined; unlink(): void } {
  if (!first || !second || first === second) return { signal: first ?? second, unlink: () => undefined }
  const controller = new AbortController()
  const signals = [first, second]
  const abort = () => controller.abort(signals.find((signal) => signal.aborted)?.reason)
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true })
  if (first.aborted || second.aborted) abort()
  return {
    signal: controller.signal,
    unlink: () => {
      for (const signal of signals) signal.removeEventListener('abort', abort)
    },
  }
}
