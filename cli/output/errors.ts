import pc from 'picocolors'
import { AuthenticationError, type ConnectorError, type ErrorContext, RateLimitError, StoppedError } from '../../framework/errors.ts'
import { neutralise, neutraliseLines } from './terminal-text.ts'

export interface ErrorRendering {
  /** A person reads it: several lines. Otherwise one JSON line, like the log around it. */
  readonly tty: boolean
  /** Shows the stack and the causes. */
  readonly debug?: boolean
  /** Default: as the environment of this process wants it. */
  readonly colour?: boolean
  readonly redact?: (text: string) => string
}

const labels: Readonly<Record<keyof ErrorContext, string>> = {
  connector: 'connector',
  stream: 'stream',
  account_id: 'account',
  media_id: 'media',
  metric: 'metric',
  date_range: 'dates',
  slice: 'slice',
  manifest_path: 'manifest',
  request: 'request',
  response: 'response',
}

/** What happened, where, and what to do; without a line feed at the end. */
export function renderError(error: ConnectorError, options: ErrorRendering): string {
  const { redact = (text: string) => text } = options
  return redact(options.tty ? forPeople(error, options) : forLogs(error, options))
}

function forPeople(error: ConnectorError, { debug, colour }: ErrorRendering): string {
  const { red, bold, dim } = pc.createColors(colour ?? pc.isColorSupported)
  const context = contextEntries(error).map(([label, value]) => `  ${dim(`${label}:`)} ${neutralise(value)}`)
  const hint = hintFor(error)
  return [
    `${red(bold(isBug(error) ? 'Unexpected error' : 'Error'))} ${dim(error.code)}`,
    `  ${neutraliseLines(error.message).replaceAll('\n', '\n  ')}`,
    ...context,
    ...(hint ? [`  ${hint}`] : []),
    ...(debug ? ['', dim(neutraliseLines(stackOf(error)))] : []),
  ].join('\n')
}

function forLogs(error: ConnectorError, { debug }: ErrorRendering): string {
  const { code, failureType, message, context } = error
  const hint = hintFor(error)
  const line = { level: 'error', code, failure_type: failureType, msg: message, ...context, ...(hint ? { hint } : {}) }
  return JSON.stringify(debug ? { ...line, stack: stackOf(error) } : line)
}

function contextEntries({ context }: ConnectorError): readonly (readonly [string, string])[] {
  const names = Object.keys(labels) as (keyof ErrorContext)[]
  return names.flatMap((name) => {
    const value = context[name]
    if (value === undefined) return []
    return [[labels[name], typeof value === 'string' ? value : JSON.stringify(value)] as const]
  })
}

function hintFor(error: ConnectorError): string | undefined {
  if (isBug(error)) return 'This is a bug in the connector, not a mistake of yours. Run again with --debug and report what it prints.'
  if (error instanceof AuthenticationError) return 'Log in again or use another token; then run the same command again.'
  if (error instanceof RateLimitError && error.retryAfter !== undefined) {
    return `Run again in ${Math.max(1, Math.ceil(error.retryAfter / 60))} min; it goes on where it stopped.`
  }
  if (error instanceof StoppedError) return 'Run the same command again; it goes on where it stopped.'
  return undefined
}

const isBug = ({ code }: ConnectorError): boolean => code === 'ERR_UNEXPECTED'

/** The stack with all causes, the innermost last. */
function stackOf(error: Error): string {
  const own = error.stack ?? String(error)
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}
