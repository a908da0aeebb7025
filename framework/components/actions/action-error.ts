import { ConnectorError, type ConnectorErrorOptions } from '../../errors.ts'
import type { JsonObject } from '../../protocol/messages.ts'

export interface ActionErrorOptions extends ConnectorErrorOptions {
  /** May the same action be tried again without changing anything but the time? */
  readonly retryable?: boolean
  /** `unknown`: no one can say from this error whether the provider did what was asked. `no` unless said. */
  readonly happened?: 'no' | 'unknown'
  /** What was made so far is of no more use; the next try begins again. */
  readonly spoilt?: boolean
  /** For programs: codes of the provider, ids, what was found. */
  readonly details?: JsonObject
}

/** Why an action failed, in the words of its connector. */
export class ActionError extends ConnectorError {
  override readonly name = 'ActionError'
  readonly retryable: boolean
  readonly happened: 'no' | 'unknown'
  readonly spoilt: boolean
  readonly details: JsonObject

  /** `code` is a word of the connector, such as `MEDIA_ERROR`. */
  constructor(code: string, message: string, options: ActionErrorOptions = {}) {
    const { retryable = false, happened = 'no', spoilt = false, details = {}, ...rest } = options
    super(code, message, { failureType: retryable ? 'transient_error' : 'system_error', ...rest })
    this.retryable = retryable
    this.happened = happened
    this.spoilt = spoilt
    this.details = details
  }
}
