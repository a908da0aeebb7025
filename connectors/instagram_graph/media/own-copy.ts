import { ConnectorError } from '../../../framework/errors.ts'

/** An error of calls that two streams share, for one of them: each says for itself which stream it stopped. */
export function ownCopy(thrown: unknown): unknown {
  if (!(thrown instanceof ConnectorError)) return thrown
  const copy: ConnectorError = Object.create(Object.getPrototypeOf(thrown), Object.getOwnPropertyDescriptors(thrown))
  const { stream: _, ...context } = thrown.context
  copy.context = context
  return copy
}
