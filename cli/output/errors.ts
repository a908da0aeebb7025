import pc from 'picocolors'
import { AuthenticationError, type ConnectorError, ownContext, RateLimitError, StoppedError } from '../../framework/errors.ts'
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

/** `media_id` is shown as `media`. */
export const contextLabel = (name: string): string => name.replace(/_id$/, '').replaceAll('_', ' ')

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

/** In the order in which a person asks. */
function contextEntries(error: ConnectorError): readonly (readonly [string, string])[] {
  const { connector, stream, account_id, date_range, slice, manifest_path, request, response } = error.context
  const own = Object.entries(ownContext(error)).map(([name, value]) => [contextLabel(name), value] as const)
  const entries = [
    ...([
      ['connector', connector],
      ['stream', stream],
      ['account', account_id],
    ] as const),
    ...own,
    ...([
      ['dates', date_range],
      ['slice', slice],
      ['manifest', manifest_path],
      ['request', request],
      ['response', response],
    ] as const),
  ]
  return entries.flatMap(([label, value]) =>
    value === undefined ? [] : [[label, typeof value === 'string' ? value : JSON.stringify(value)] as const],
  )
}

function hintFor(error: ConnectorError): string | undefined {
  if (isBug(error)) return 'This is a bug in the connector, not a mistake of yours. Run again with --debug and report what it prints.'
  if (error instanceof AuthenticationError) return 'Log in again or use another token; then run the same command again.'
  if (error instanceof RateLimitError && error.retryAfter !== undefined) {
    return `Run again in ${Math.max(1, Math.ceil(error.retryAfter / 60))} min; it resumes where it stopped.`
  }
  if (error instanceof StoppedError) return 'Run the same command again; it resumes where it stopped.'
  return undefined
}

const isBug = ({ code }: ConnectorError): boolean => code === 'ERR_UNEXPECTED'

/** The stack with all causes, the innermost last. */
function stackOf(error: Error): string {
  const own = error.stack ?? String(error)
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}
