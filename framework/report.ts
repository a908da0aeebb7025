import type { ConnectorError } from './errors.ts'

/**
 * Something a person should know about the run that is no failure of a slice: a metric left out, a Page skipped,
 * history clamped. `error` entries turn the exit code, `warning` entries do not. Equal entries are reported once.
 */
export interface Diagnostic {
  readonly severity: 'warning' | 'error'
  readonly error: ConnectorError
}

export interface Reporter {
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void
  finding(diagnostic: Diagnostic): void
  /** The stream waits for its provider; reported so that the platform does not take silence for a crash. */
  rateLimited(context: { readonly stream?: string; readonly seconds: number }): void
  /** The stream waits for work that the source does on its own; others may take its room meanwhile. */
  waiting(context: { readonly stream?: string }): void
  /** The wait reported by `rateLimited` or `waiting` is over, whether or not it came to its end. */
  resumed(context: { readonly stream?: string }): void
}

/** Reports to nobody, for work whose errors are all that counts. */
export const silentReporter: Reporter = {
  log: () => undefined,
  finding: () => undefined,
  rateLimited: () => undefined,
  waiting: () => undefined,
  resumed: () => undefined,
}
