import { ConnectorError } from '../errors.ts'

/**
 * What went wrong in Python's words. `TypeError` and `UndefinedError` are told apart by the reference semantics
 * (the first returns the template's source, the second falls back to the default); the rest is for messages.
 */
export type FailureKind =
  | 'TypeError'
  | 'UndefinedError'
  | 'ValueError'
  | 'KeyError'
  | 'IndexError'
  | 'AttributeError'
  | 'OverflowError'
  | 'ZeroDivisionError'
  | 'RuntimeError'

/** An evaluation failed because of the values it met. Code `ERR_TEMPLATE`; limits of the language have `ERR_TEMPLATE_LIMIT`. */
export class TemplateFailure extends ConnectorError {
  override readonly name = 'TemplateFailure'
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, code = 'ERR_TEMPLATE') {
    super(code, message)
    this.kind = kind
  }
}

/** An operation that the types of its operands do not have. */
export const typeError = (message: string): TemplateFailure => new TemplateFailure('TypeError', message)
/** A value of the right type that does not do. */
export const valueError = (message: string): TemplateFailure => new TemplateFailure('ValueError', message)
/** An operation on something undefined. */
export const undefinedError = (message: string): TemplateFailure => new TemplateFailure('UndefinedError', message)
/** A limit of limits.ts; not one of Python's errors, so nothing falls back from it. */
export const limitExceeded = (message: string): TemplateFailure => new TemplateFailure('RuntimeError', message, 'ERR_TEMPLATE_LIMIT')
