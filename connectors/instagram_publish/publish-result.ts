import { ActionError } from '../../framework/components/actions/action-error.ts'
import { defined } from '../../framework/defined.ts'
import { AuthenticationError, asConnectorError, RateLimitError } from '../../framework/errors.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import type { ActionOutcome } from '../../framework/runtime/action/run-action.ts'
import { type ActionFailure, publishState } from '../../framework/runtime/ports/action-journal.ts'
import { PUBLISH_CODES, type PublishCode } from './codes.ts'

/** What became of a post. */
export interface PublishResult {
  readonly success: boolean
  /** Id of the media. */
  readonly platformPostId?: string
  /** Address of the post, when it could be read. */
  readonly publishedUrl?: string
  readonly metadata?: JsonObject
  readonly error?: PublishFailure
}

export interface PublishFailure {
  readonly code: PublishCode
  readonly message: string
  /** May the same be tried again later, with the same key, without changing anything? */
  readonly retryable: boolean
  /** HTTP status, code and subcode of the API, findings … */
  readonly details?: JsonObject
}

export function resultOf({ key, state, output, failure, replayed }: ActionOutcome): PublishResult {
  const metadata: JsonObject = { idempotencyKey: key, state: publishState(state), ...(replayed ? { replayed } : {}) }
  if (state !== 'DONE') return { success: false, error: toFailure(failure), metadata }
  const { id, permalink, container_id, children, found_by } = output ?? {}
  return {
    success: true,
    ...(id === undefined ? {} : { platformPostId: String(id) }),
    ...(typeof permalink === 'string' ? { publishedUrl: permalink } : {}),
    metadata: {
      ...metadata,
      ...defined({ containerId: container_id, childContainerIds: children, foundBy: found_by }),
    },
  }
}

/** The failure that an error is; the error itself is thrown on when it is a bug or the end of the run. */
export function failureOfError(thrown: unknown): PublishFailure {
  const error = asConnectorError(thrown)
  const { code, message } = error
  if (error instanceof ActionError) return toFailure({ code, message, retryable: error.retryable, details: error.details })
  if (error instanceof AuthenticationError) return { code: 'OAUTH_ERROR', message, retryable: false }
  if (error instanceof RateLimitError) return { code: 'RATE_LIMIT', message, retryable: true }
  if (code === 'ERR_ACTION_KEY_REUSED') return { code: 'DUPLICATE', message, retryable: false }
  if (code === 'ERR_ACTION_IN_PROGRESS') return { code: 'DUPLICATE', message, retryable: true }
  throw error
}

function toFailure(failure: ActionFailure | undefined): PublishFailure {
  const { code = 'API_ERROR', message = 'no reason was written down', retryable = false, details } = failure ?? {}
  const known = Object.keys(PUBLISH_CODES).find((name): name is PublishCode => name === code)
  return { code: known ?? 'API_ERROR', message, retryable, ...defined({ details }) }
}
