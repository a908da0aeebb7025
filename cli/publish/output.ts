import { defined } from '../../framework/defined.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import type { ActionOutcome } from '../../framework/runtime/action/run-action.ts'
import { type ActionFailure, type ListedAction, publishState } from '../../framework/runtime/ports/action-journal.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import type { Io } from '../command.ts'
import { neutralise } from '../output/terminal-text.ts'
import { redactor } from '../redact.ts'

/** Prints what became of a post: JSON on stdout, a sentence on stderr. */
export function reportOutcome(outcome: ActionOutcome, io: Io): ExitCode {
  const { key, state, output, failure, replayed } = outcome
  const result = { key, state: publishState(state), ...output, ...(replayed ? { replayed } : {}), ...defined({ error: failure }) }
  printJson(result, io)
  for (const line of sentences(outcome)) say(line, io)
  return exitCode(state, failure)
}

/** What the journal knows of a post. */
export function statusOf({ key, state, held, output, failure, account, steps, runs, startedAt, updatedAt }: ListedAction): JsonObject {
  return {
    ...{ key, state: publishState(state), held, account },
    ...output,
    ...(failure ? { error: { ...failure } } : {}),
    ...{ runs, started_at: startedAt, updated_at: updatedAt },
    steps: Object.fromEntries(Object.entries(steps).map(([path, { status, at, attempts }]) => [path, { status, at, attempts }])),
    ...(state === 'UNKNOWN' || (state === 'RUNNING' && !held) ? { next: `connector publish resume ${key} --config FILE` } : {}),
  }
}

export function printJson(value: JsonObject | object, { stdout }: Io): void {
  stdout.write(`${redactor.redact(JSON.stringify(value))}\n`)
}

export function say(line: string, { stderr }: Io): void {
  stderr.write(`${redactor.redact(neutralise(line))}\n`)
}

/** What happened, and what can be done about it. */
function sentences({ key, state, output, failure, replayed }: ActionOutcome): readonly string[] {
  const { id, permalink } = output ?? {}
  if (state === 'DONE') return [`${replayed ? 'Published before' : 'Published'}: ${String(permalink ?? id ?? '')} (key ${key})`]
  const reason = failure ? `${failure.code}: ${failure.message}` : 'no reason was written down'
  if (state === 'UNKNOWN') return [`UNKNOWN: ${reason}`, `key ${key}`]
  const next = failure?.retryable ? `try again with the same key: connector publish resume ${key} --config FILE` : 'nothing was posted'
  return [`Not published: ${reason}`, next]
}

const CODES: Readonly<Record<string, ExitCode>> = {
  OAUTH_ERROR: 4,
  RATE_LIMIT: 5,
  QUOTA_EXCEEDED: 5,
  CONTAINER_TIMEOUT: 3,
  NO_MEDIA: 2,
  INVALID_CAROUSEL: 2,
}

function exitCode(state: ActionOutcome['state'], failure: ActionFailure | undefined): ExitCode {
  if (state === 'DONE') return 0
  if (state === 'UNKNOWN') return 1
  // Findings were made here, before anything was sent: the input is wrong.
  if (failure?.details?.['findings'] !== undefined) return 2
  return CODES[failure?.code ?? ''] ?? 1
}
