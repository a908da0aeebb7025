/** Resolves when the state is kept, or when nothing will be any more. */
export function untilKept(send: (onKept: () => void) => void, signal: AbortSignal): Promise<void> {
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
