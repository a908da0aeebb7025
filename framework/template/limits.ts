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

/** Values that one text, copy or comparison may visit: a list may contain another one many times over. */
export const maxVisits = 5_000_000

/** What is left of {@link maxVisits} in one walk. */
export interface Budget {
  left: number
}

/** For one walk. */
export const fullBudget = (): Budget => ({ left: maxVisits })

/** Counts one value; returns the budget for the next. */
export function spend(budget: Budget): Budget {
  budget.left -= 1
  if (budget.left < 0) throw limitExceeded(`a template may not visit more than ${maxVisits} values at once`)
  return budget
}

/** Before a text is built. */
export function assertTextLength(length: number): void {
  if (!(length <= maxTextLength)) throw limitExceeded(`a template may not build texts longer than ${maxTextLength} characters`)
}

/** Before a list is built. */
export function assertItems(count: number): void {
  if (!(count <= maxItems)) throw limitExceeded(`a template may not build lists longer than ${maxItems} elements`)
}

/** Before an integer is computed. */
export function assertIntegerBits(bits: number): void {
  if (!(bits <= maxIntegerBits)) throw limitExceeded(`a template may not compute integers beyond ${maxIntegerBits} bits`)
}
