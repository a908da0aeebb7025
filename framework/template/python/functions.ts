import { typeError } from '../failure.ts'
import { type Arguments, Callable, type Environment } from './values.ts'

/**
 * Declares functions of the template language: names of their parameters for binding, then a plain implementation.
 * `name` is required, `name?` optional, `*name` takes the remaining positional arguments, `**name` the remaining
 * named ones as one object behind all others.
 */
export interface Signature {
  readonly name: string
  readonly parameters: readonly string[]
  readonly required: number
  readonly variadic: boolean
  readonly open: boolean
}

/** Reads a declaration such as `key default?`. */
export function signature(name: string, declaration: string): Signature {
  const declared = declaration.split(/\s+/).filter((word) => word !== '')
  const plain = declared.filter((word) => !word.startsWith('*'))
  return {
    name,
    parameters: plain.map((word) => word.replace('?', '')),
    required: plain.filter((word) => !word.endsWith('?')).length,
    variadic: declared.some((word) => /^\*[^*]/.test(word)),
    open: declared.some((word) => word.startsWith('**')),
  }
}

/** The arguments in order of the parameters, surplus ones at the end when the function takes them. TypeError as in Python. */
export function bind(declared: Signature, { positional, named }: Arguments): readonly unknown[] {
  const { name, parameters, required, variadic, open } = declared
  if (positional.length > parameters.length && !variadic) {
    throw typeError(`${name}() takes ${parameters.length} positional arguments but ${positional.length} were given`)
  }
  if (named || open) return bindNamed(declared, positional, named ?? {})
  if (positional.length < required) throw typeError(`${name}() missing the argument '${parameters[positional.length]}'`)
  return positional
}

function bindNamed({ name, parameters, required, open }: Signature, positional: readonly unknown[], named: Named): readonly unknown[] {
  const bound = [...positional]
  const rest: Record<string, unknown> = {}
  const given = new Set<number>(positional.keys())
  for (const [key, value] of Object.entries(named)) {
    const index = parameters.indexOf(key)
    if (index < 0 && !open) throw typeError(`${name}() got an unexpected keyword argument '${key}'`)
    if (given.has(index)) throw typeError(`${name}() got multiple values for argument '${key}'`)
    if (index < 0) rest[key] = value
    else {
      bound[index] = value
      given.add(index)
    }
  }
  const missing = parameters.findIndex((_, index) => index < required && !given.has(index))
  if (missing >= 0) throw typeError(`${name}() missing the argument '${parameters[missing]}'`)
  if (open) bound[Math.max(bound.length, parameters.length)] = rest
  return bound
}

type Named = Readonly<Record<string, unknown>>

/** Arguments not given are undefined. */
export type Implementation = (args: readonly unknown[], environment: Environment) => unknown

/** A function that templates can call. */
export function defineFunction(name: string, declaration: string, implementation: Implementation): Callable {
  const declared = signature(name, declaration)
  return new Callable(name, (args, environment) => implementation(bind(declared, args), environment))
}

/** The first argument is the value before the dot, the bar or the `is`. */
export type Subjective = (subject: unknown, args: readonly unknown[], environment: Environment) => unknown

/** A method, filter or test: a function of its subject and arguments. */
export interface Method {
  readonly signature: Signature
  readonly call: Subjective
}

/** Declares one by the names of its arguments after the subject. */
export function method(name: string, declaration: string, call: Subjective): Method {
  return { signature: signature(name, declaration), call }
}

/**
 * {@link method} for subjects of one kind. Methods are looked up by the kind of their subject, which the compiler cannot
 * see; this is the one place that says so.
 */
export function methodsOn<S>(): (
  name: string,
  declaration: string,
  call: (subject: S, args: readonly unknown[], environment: Environment) => unknown,
) => Method {
  return (name, declaration, call) => method(name, declaration, call as Subjective)
}

/** A name-to-method table without inherited names. */
export function methodTable(methods: readonly Method[]): ReadonlyMap<string, Method> {
  return new Map(methods.map((entry) => [entry.signature.name, entry]))
}

/** `subject.name` as a function value. */
export function bindMethod({ signature: declared, call }: Method, subject: unknown): Callable {
  return new Callable(declared.name, (args, environment) => call(subject, bind(declared, args), environment))
}

/** An argument that must be text. */
export function textArgument(value: unknown, what: string): string {
  if (typeof value !== 'string') throw typeError(`${what} must be str`)
  return value
}
