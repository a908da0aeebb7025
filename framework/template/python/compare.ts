import { CalendarDate, CalendarDuration, DateTime, TimeDelta } from '../datetime/datetime-value.ts'
import { compareDateTimes, compareDeltas } from '../datetime/duration.ts'
import { typeError, undefinedError } from '../failure.ts'
import { type Budget, fullBudget, spend } from '../limits.ts'
import { compareTexts } from './code-points.ts'
import { dictEntries, dictGet, dictHas, dictSize } from './dict.ts'
import { type Dict, isDict, isNumeric, kindOf, type Numeric, PyFloat, typeName } from './values.ts'

/** Comparison and membership, which chain. */
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

/** Python's `==`, ordering and `in`. */

/** Python's `==`: deep, across number types, with lists apart from tuples. */
export function equals(left: unknown, right: unknown, budget?: Budget): boolean {
  if (left === right) return true
  if (typeof left === 'string' || typeof right === 'string' || left === null || right === null) return false
  if (isNumeric(left)) return isNumeric(right) && compareNumbers(left, right) === 0
  if (Array.isArray(left)) return Array.isArray(right) && sameSequences(left, right, spend(budget ?? fullBudget()))
  if (left instanceof Set) return right instanceof Set && left.size === right.size && [...left].every((item) => contains(item, right))
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0
  if (isDict(left)) return isDict(right) && sameDicts(left, right, spend(budget ?? fullBudget()))
  return sameTimes(left, right)
}

function sameTimes(left: unknown, right: unknown): boolean {
  if (left instanceof DateTime) return right instanceof DateTime && sameMoments(left, right)
  if (left instanceof CalendarDate) return right instanceof CalendarDate && left.days === right.days
  if (left instanceof TimeDelta) return right instanceof TimeDelta && compareDeltas(left, right) === 0
  return left instanceof CalendarDuration && right instanceof CalendarDuration && sameDurations(left, right)
}

function sameSequences(left: readonly unknown[], right: readonly unknown[], budget: Budget): boolean {
  const [leftKind, rightKind] = [kindOf(left), kindOf(right)]
  if (leftKind !== rightKind || leftKind === 'generator') return false
  return left.length === right.length && left.every((item, index) => equals(item, right[index], budget))
}

function sameMoments(left: DateTime, right: DateTime): boolean {
  return (left.offset === undefined) === (right.offset === undefined) && compareDateTimes(left, right) === 0
}

function sameDurations(left: CalendarDuration, right: CalendarDuration): boolean {
  return left.years * 12 + left.months === right.years * 12 + right.months && compareDeltas(left.delta, right.delta) === 0
}

/** The order of keys does not count. */
function sameDicts(left: Dict, right: Dict, budget: Budget): boolean {
  if (dictSize(left) !== dictSize(right)) return false
  return dictEntries(left).every(([key, value]) => dictHas(right, key) && equals(value, dictGet(right, key), budget))
}

/** JavaScript compares numbers and bigints exactly. NaN is neither less, equal nor greater: the result is NaN. */
function compareNumbers(left: Numeric, right: Numeric): number {
  const a = comparable(left)
  const b = comparable(right)
  if (a < b) return -1
  if (a > b) return 1
  return a >= b ? 0 : Number.NaN
}

function comparable(value: Numeric): number | bigint {
  return value instanceof PyFloat ? value.value : typeof value === 'boolean' ? Number(value) : value
}

/** Negative, zero or positive; NaN where nothing is true. Throws a TypeError failure for values without an order. */
export function compareOrder(left: unknown, right: unknown, operator = '<'): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right)
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right)
  if (Array.isArray(left) && Array.isArray(right) && isOrdered(left) && kindOf(left) === kindOf(right)) {
    return compareSequences(left, right, operator)
  }
  const order = compareTimes(left, right)
  if (order !== undefined) return order
  if (left === undefined || right === undefined) throw undefinedError(`an undefined value cannot be compared with '${operator}'`)
  throw typeError(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`)
}

function compareTimes(left: unknown, right: unknown): number | undefined {
  if (left instanceof DateTime && right instanceof DateTime) return compareDateTimes(left, right)
  if (left instanceof CalendarDate && right instanceof CalendarDate) return left.days - right.days
  return left instanceof TimeDelta && right instanceof TimeDelta ? compareDeltas(left, right) : undefined
}

function isOrdered(items: readonly unknown[]): boolean {
  const kind = kindOf(items)
  return kind === 'list' || kind === 'tuple'
}

function compareSequences(left: readonly unknown[], right: readonly unknown[], operator: string): number {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    if (!equals(left[index], right[index])) return compareOrder(left[index], right[index], operator)
  }
  return left.length - right.length
}

/** Python's `item in container`. */
export function contains(item: unknown, container: unknown): boolean {
  if (typeof container === 'string') {
    if (typeof item !== 'string') throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`)
    return container.includes(item)
  }
  if (Array.isArray(container)) return container.some((member) => equals(member, item))
  if (container instanceof Set) return [...container].some((member) => equals(member, item))
  if (container === undefined) return false
  if (isDict(container)) return dictHas(container, item)
  throw typeError(`argument of type '${typeName(container)}' is not iterable`)
}

/** One link of a comparison chain. */
export function compareWith(operator: ComparisonOperator, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return equals(left, right)
    case '!=':
      return !equals(left, right)
    case 'in':
      return contains(left, right)
    case 'not in':
      return !contains(left, right)
    case '<':
      return compareOrder(left, right, '<') < 0
    case '<=':
      return compareOrder(left, right, '<=') <= 0
    case '>':
      return compareOrder(left, right, '>') > 0
    default:
      return compareOrder(left, right, '>=') >= 0
  }
}
