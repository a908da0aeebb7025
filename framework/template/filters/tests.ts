import { typeError, undefinedError } from '../failure.ts'
import { binary } from '../python/arithmetic.ts'
import type { ComparisonOperator } from '../python/compare.ts'
import { compareWith, contains, equals } from '../python/compare.ts'
import { type Method, method, methodTable } from '../python/functions.ts'
import { Callable, isDict, isFloat, isIntegral, isNumeric, PyFloat } from '../python/values.ts'

/** Jinja's tests, `value is name(arguments)`. */

function remainder(value: unknown, divisor: unknown): unknown {
  if (value === undefined) throw undefinedError('an undefined value is not a number')
  if (!isNumeric(value)) throw typeError('the test needs a number')
  return binary('%', value, divisor)
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    Array.isArray(value) ||
    value instanceof Set ||
    value === undefined ||
    value instanceof Uint8Array ||
    isDict(value)
  )
}

const comparison = (operator: ComparisonOperator, ...names: string[]): Method[] =>
  names.map((name) => method(name, 'other', (value, [other]) => compareWith(operator, value, other)))

/** Identity; JavaScript numbers have none, so equal numbers of one kind are the same. */
function sameAs(value: unknown, [other]: readonly unknown[]): boolean {
  return value instanceof PyFloat && other instanceof PyFloat ? value.value === other.value : value === other
}

/** All tests by name. */
export const tests: ReadonlyMap<string, Method> = methodTable([
  method('defined', '', (value) => value !== undefined),
  method('undefined', '', (value) => value === undefined),
  // Missing counts as none in our manifests, as it does everywhere else in them.
  method('none', '', (value, _, { dialect }) => value === null || (value === undefined && dialect === 'native')),
  method('boolean', '', (value) => typeof value === 'boolean'),
  method('true', '', (value) => value === true),
  method('false', '', (value) => value === false),
  method('integer', '', (value) => isIntegral(value) && typeof value !== 'boolean'),
  method('float', '', isFloat),
  method('number', '', isNumeric),
  method('string', '', (value) => typeof value === 'string'),
  method('mapping', '', isDict),
  method('sequence', '', (value) => isIterable(value) && !(value instanceof Set)),
  method('iterable', '', isIterable),
  method('callable', '', (value) => value instanceof Callable),
  method('lower', '', (value) => String(value) === String(value).toLowerCase() && String(value) !== String(value).toUpperCase()),
  method('upper', '', (value) => String(value) === String(value).toUpperCase() && String(value) !== String(value).toLowerCase()),
  method('odd', '', (value) => equals(remainder(value, 2), 1)),
  method('even', '', (value) => equals(remainder(value, 2), 0)),
  method('divisibleby', 'num', (value, [divisor]) => equals(remainder(value, divisor), 0)),
  method('in', 'seq', (value, [container]) => contains(value, container)),
  method('sameas', 'other', sameAs),
  method('escaped', '', () => false),
  ...comparison('==', 'eq', 'equalto', '=='),
  ...comparison('!=', 'ne', '!='),
  ...comparison('>', 'gt', 'greaterthan', '>'),
  ...comparison('>=', 'ge', '>='),
  ...comparison('<', 'lt', 'lessthan', '<'),
  ...comparison('<=', 'le', '<='),
])
