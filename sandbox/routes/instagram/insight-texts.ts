import { GraphError } from '../../errors.ts'

/** `Profile links taps` for `profile_links_taps`. */
export function titleOf(metric: string): string {
  const words = metric.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What the API says to a breakdown that a metric does not have: it looks like a failure of its own. */
export function unknownError(): GraphError {
  return new GraphError({ code: 1, status: 500, message: 'An unknown error has occurred.' })
}
