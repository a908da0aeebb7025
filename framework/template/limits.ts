import { limitExceeded } from './failure.ts'

/**
 * Bounds that keep any template, whatever its data, within reasonable time and memory. Exceeding one is an
 * `ERR_TEMPLATE_LIMIT` failure.
 */

/** Characters of a text that an operator, method or filter may build. */
export const maxTextLength = 10_000_000
/** Elements of a list that an operator, method or filter may build. */
export const maxItems = 1_000_000
/** Loop iterations of one evaluation, nested loops counted fully. */
export const maxIterations = 1_000_000
/** Bits of an integer result. */
export const maxIntegerBits = 32_768

export function assertTextLength(length: number): void {
  if (!(length <= maxTextLength)) throw limitExceeded(`a template may not build texts longer than ${maxTextLength} characters`)
}

export function assertItems(count: number): void {
  if (!(count <= maxItems)) throw limitExceeded(`a template may not build lists longer than ${maxItems} elements`)
}

export function assertIntegerBits(bits: number): void {
  if (!(bits <= maxIntegerBits)) throw limitExceeded(`a template may not compute integers beyond ${maxIntegerBits} bits`)
}
