/** What a platform may do about an error: ask its user, or try the run again later. Values of the Airbyte protocol. */
export type FailureType = 'config_error' | 'transient_error' | 'system_error'

/**
 * Where an error happened. Filled on the way up by {@link during}; printed with the error and counted in the run summary. Connectors add
 * fields of their own by declaration merging: ids (`…_id`) and names as text, which are shown and counted by those names.
 */
export interface ErrorContext {
  readonly connector?: string
  readonly stream?: string
  readonly slice?: Readonly<Record<string, unknown>>
  readonly account_id?: string
  readonly date_range?: string
  /** Method and URL, without secrets. */
  readonly request?: string
  /** Status and the start of the body. */
  readonly response?: string
  /** Path inside the manifest, such as `streams[0].retriever.paginator`, and `file:line:column` when known. */
  readonly manifest_path?: string
}

export interface ConnectorErrorOptions {
  readonly failureType?: FailureType
  readonly cause?: unknown
  readonly context?: ErrorContext
}

/**
 * Every error that this package throws on purpose. `code` is stable (`ERR_TOKEN_EXPIRED`) and safe to match on;
 * the message says what happened, to what, and what to do.
 */
export class ConnectorError extends Error {
  override readonly name: string = 'ConnectorError'
  readonly code: string
  readonly failureType: FailureType
  context: ErrorContext

  constructor(code: string, message: string, options: ConnectorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.failureType = options.failureType ?? 'system_error'
    this.context = options.context ?? {}
  }
}

/** The caller's input is wrong: a manifest, a config, a flag, a catalog. Exit code 2. */
export class ConfigError extends ConnectorError {
  override readonly name = 'ConfigError'

  constructor(code: string, message: string, options: Omit<ConnectorErrorOptions, 'failureType'> = {}) {
    super(code, message, { ...options, failureType: 'config_error' })
  }
}

/**
 * Whose credentials: everything the login can see, one account that it lost the right to, or those of the program itself (`app`), which
 * says nothing of any login.
 */
export type AuthenticationReach = 'login' | 'account' | 'app'

/** The credentials are refused; only a new login or another token helps. Exit code 4, unless it concerns some accounts only. */
export class AuthenticationError extends ConnectorError {
  override readonly name = 'AuthenticationError'
  readonly reach: AuthenticationReach

  constructor(code: string, message: string, options: Omit<ConnectorErrorOptions, 'failureType'> & { reach?: AuthenticationReach } = {}) {
    super(code, message, { ...options, failureType: 'config_error' })
    this.reach = options.reach ?? 'login'
  }
}

/** The provider asked us to wait longer than we may. The run can be resumed. Exit code 5. */
export class RateLimitError extends ConnectorError {
  override readonly name = 'RateLimitError'
  /** Seconds until the provider says it answers again; undefined when it did not say. */
  readonly retryAfter: number | undefined

  constructor(code: string, message: string, options: Omit<ConnectorErrorOptions, 'failureType'> & { retryAfter?: number } = {}) {
    super(code, message, { ...options, failureType: 'transient_error' })
    this.retryAfter = options.retryAfter
  }
}

/** The run ends early on purpose (request budget, deadline, signal) and its state is resumable. Exit code 3. */
export class StoppedError extends ConnectorError {
  override readonly name = 'StoppedError'

  constructor(code: string, message: string, options: Omit<ConnectorErrorOptions, 'failureType'> = {}) {
    super(code, message, { ...options, failureType: 'transient_error' })
  }
}

/** Wraps what was thrown as a ConnectorError; an unexpected error stays recognisable as a bug. */
export function asConnectorError(thrown: unknown): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new ConnectorError('ERR_UNEXPECTED', message, { cause: thrown })
}

/** Runs `work` and adds `context` to whatever it throws. What an inner frame said stays: the closest knows best. */
export async function during<T>(context: ErrorContext, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw withContext(thrown, context)
  }
}

/** The fields of a context that the connector added: texts by their names. */
export function ownContext({ context }: Pick<ConnectorError, 'context'>): Readonly<Record<string, string>> {
  const { connector, stream, slice, account_id, date_range, request, response, manifest_path, ...own } = context
  return Object.fromEntries(Object.entries(own).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

/** The same error with `context` added where it has none. */
export function withContext(thrown: unknown, context: ErrorContext): ConnectorError {
  const error = asConnectorError(thrown)
  error.context = { ...context, ...error.context }
  return error
}

/** The error for one of several things that it concerns; the error itself stays as it is. */
export function inContext({ code, message, failureType, cause, context }: ConnectorError, own: ErrorContext): ConnectorError {
  return new ConnectorError(code, message, { failureType, cause, context: { ...context, ...own } })
}

/** `, did you mean x? known: a, b, x` for messages about unknown names. */
export function suggest(unknown: string, known: readonly string[]): string {
  const near = known
    .map((name) => ({ name, distance: editDistance(unknown.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]
  const list = `known: ${[...known].sort().join(', ')}`
  return near ? `did you mean ${near.name}? ${list}` : list
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
