import { literalOrText, type ValidType } from '../../../framework/template/compile/airbyte.ts'
import { filters } from '../../../framework/template/filters/filters.ts'
import { globals } from '../../../framework/template/filters/macros.ts'
import { compareDatetimes, type DateTime, formatDatetime, parseDatetime } from '../../../framework/template/python/datetime.ts'
import { bind } from '../../../framework/template/python/functions.ts'
import { toText } from '../../../framework/template/python/text.ts'
import type { Arguments, Callable } from '../../../framework/template/python/values.ts'
import {
  compileCondition,
  compileInterpolation,
  compileMapping,
  compileTemplate,
  type EvaluateOptions,
  type TemplateOptions,
} from '../../../framework/template/template.ts'
import { canonical, decodeScope, decodeValue } from '../../vector-values.ts'
import type { Vector } from '../../vectors.ts'

/** Runs one vector of the template language. */

type Input = Readonly<Record<string, unknown>>
type Types = readonly ValidType[] | undefined

function optionsOf({ now }: Input): TemplateOptions {
  if (typeof now !== 'string') return { dialect: 'airbyte' }
  const moment = parseDatetime(now, '%Y-%m-%dT%H:%M:%S.%f%z')
  return { dialect: 'airbyte', now: () => moment.epochSeconds * 1000 + moment.micro / 1000 }
}

const typesOf = (value: unknown): Types => (value === null ? undefined : (value as Types))

function scopeOf({ config, parameters, context }: Input): Record<string, unknown> {
  const scope: Record<string, unknown> = { ...decodeScope({ config: config ?? {} }), ...decodeScope(context ?? {}) }
  return parameters === undefined ? scope : { ...scope, parameters: decodeValue(parameters) }
}

function literal({ rendered, valid_types }: Input): unknown {
  const value = literalOrText(rendered as string, typesOf(valid_types))
  // The text of a set was not recorded, because its order is arbitrary.
  return { value, str: value instanceof Set ? null : toText(value) }
}

function rendering(input: Input): unknown {
  const { template, context } = input
  const scope = { config: {}, ...decodeScope(context) }
  const compiled = compileInterpolation(template as string, optionsOf(input))
  const text = compileInterpolation(`${template}`, optionsOf(input)).evaluate(scope, { validTypes: ['str'] })
  return { rendered: text ?? '', evaluated: compiled.evaluate(scope) }
}

function semantics(input: Input): unknown {
  const scope = { parameters: {}, ...scopeOf(input) }
  const options = optionsOf(input)
  return {
    string: attempt(() => compileTemplate(input['template'] as string, options).evaluate(scope)),
    boolean: attempt(() => compileCondition(input['template'] as string, options).evaluate(scope)),
    mapping_value_str_list_only: attempt(
      () => (compileMapping({ k: input['template'] }, { ...options, validTypes: ['str', 'list'] }).evaluate(scope) as Input)['k'],
    ),
  }
}

function wanted(types: unknown): EvaluateOptions {
  return Array.isArray(types) ? { validTypes: types as readonly ValidType[] } : {}
}

const failed = Symbol('failed')

function attempt(work: () => unknown): unknown {
  try {
    return work()
  } catch (thrown) {
    return { [failed]: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

function mapping(input: Input, nested: boolean): unknown {
  const { valid_key_types, valid_value_types, ...context } = (input['context'] ?? {}) as Input
  const scope = scopeOf({ ...input, context })
  return compileMapping(input['mapping'], {
    dialect: 'airbyte',
    validTypes: typesOf(valid_value_types),
    keyTypes: valid_key_types === undefined ? undefined : (valid_key_types as Types | null),
    ...(nested ? { nested } : {}),
  }).evaluate(scope)
}

const environment = { dialect: 'airbyte', now: () => 0 } as const

function callMacro({ name, args, kwargs }: Input): unknown {
  return (globals.get(name as string) as Callable).call(argumentsOf(args, kwargs), environment)
}

function callFilter({ name, args, kwargs }: Input): unknown {
  const filter = filters.get(name as string)
  const { positional, named } = argumentsOf(args, kwargs)
  const [subject, ...rest] = positional
  return filter?.call(subject, bind(filter.signature, { positional: rest, named }), environment)
}

function argumentsOf(args: unknown, kwargs: unknown): Arguments {
  return { positional: (args as unknown[]).map(decodeValue), named: decodeScope(kwargs) }
}

/** MinMaxDatetime as its family uses the language: evaluate, parse, clamp. */
function minMax(input: Input): unknown {
  const scope = scopeOf({ ...input, parameters: input['parameters'] ?? {} })
  const format = (input['datetime_format'] as string) || '%Y-%m-%dT%H:%M:%S.%f%z'
  const moment = (source: unknown): DateTime | undefined => {
    const text = source ? toText(compileTemplate(source as string, { dialect: 'airbyte' }).evaluate(scope)) : ''
    return text === '' ? undefined : parseDatetime(text, format)
  }
  let time = moment(input['datetime']) as DateTime
  const [low, high] = [moment(input['min_datetime']), moment(input['max_datetime'])]
  if (low && compareDatetimes(low, time) > 0) time = low
  if (high && compareDatetimes(high, time) < 0) time = high
  return time
}

const runners: Readonly<Record<string, (input: Input) => unknown>> = {
  literal_eval: literal,
  python_str_rendering: rendering,
  interpolated_boolean_truthiness: (input) =>
    compileCondition(input['condition'] as string, optionsOf(input)).evaluate({ config: {}, ...decodeScope(input['context']) }),
  jinja_semantics: semantics,
  interpolation_realworld: semantics,
  interpolation: (input) =>
    compileInterpolation(input['template'] as string, {
      ...optionsOf(input),
      default: typeof input['default'] === 'string' ? input['default'] : undefined,
    }).evaluate(scopeOf(input), wanted(input['valid_types'])),
  interpolated_string: (input) => {
    const { valid_types, ...context } = input['context'] as Input
    return compileTemplate(input['string'] as string, optionsOf(input)).evaluate(scopeOf({ ...input, context }), wanted(valid_types))
  },
  interpolated_boolean: (input) => compileCondition(input['condition'] as string | boolean, optionsOf(input)).evaluate(scopeOf(input)),
  interpolated_mapping: (input) => mapping(input, false),
  interpolated_nested_mapping: (input) => mapping(input, true),
  filter: callFilter,
  macro: callMacro,
  datetime_parse: ({ date, format }) => parseDatetime(date as string, format as string),
  datetime_format: ({ dt, format }) => formatDatetime(decodeValue(dt) as DateTime, format as string),
  min_max_datetime: minMax,
}

function isException(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$exception' in value
}

/** What differs from the expectation; undefined when the vector passes. */
function difference(actual: unknown, expected: unknown): string | undefined {
  if (isException(expected))
    return typeof actual === 'object' && actual !== null && failed in actual ? undefined : `must throw, got ${canonical(actual)}`
  if (typeof actual === 'object' && actual !== null && failed in actual) return `threw ${String(actual[failed])}`
  const [left, right] = [canonical(actual), canonical(decodeValue(expected))]
  return left === right ? undefined : `got ${left}, expected ${right}`
}

export function outcomeOf({ component, input, expected }: Vector): string | undefined {
  const run = runners[component]
  if (!run) return `no runner for ${component}`
  const actual = attempt(() => run(input))
  if (run !== semantics || isException(expected)) return difference(actual, expected)
  const results = actual as Input
  return Object.entries(expected as Input)
    .map(([key, wanted]) => difference(results[key], wanted))
    .find((problem) => problem !== undefined)
}
