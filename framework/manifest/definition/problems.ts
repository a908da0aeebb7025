import { ConfigError } from '../../errors.ts'

/** Gathers errors of parts that do not depend on each other, so that a person sees all of them at once. */
export interface Problems {
  /** The result, or undefined when `work` threw ConfigErrors; anything else passes through. */
  attempt<T>(work: () => T): T | undefined
  add(error: ConfigError): void
  /** Throws what was gathered: the error itself when it is one, else one that lists them all. */
  throwAny(): void
  readonly errors: readonly ConfigError[]
}

export function gatherProblems(): Problems {
  const errors: ConfigError[] = []
  return {
    errors,
    add: (error) => errors.push(...singleErrors(error)),
    attempt: (work) => {
      try {
        return work()
      } catch (thrown) {
        if (!(thrown instanceof ConfigError)) throw thrown
        errors.push(...singleErrors(thrown))
        return undefined
      }
    },
    throwAny: () => {
      const [first] = errors
      if (first) throw errors.length === 1 ? first : listErrors(first, errors)
    },
  }
}

/** The errors that a listing error stands for; a plain error stands for itself. */
export function singleErrors(error: ConfigError): readonly ConfigError[] {
  if (!(error.cause instanceof AggregateError)) return [error]
  return error.cause.errors.filter((entry) => entry instanceof ConfigError)
}

function listErrors(first: ConfigError, errors: readonly ConfigError[]): ConfigError {
  const code = errors.every((error) => error.code === first.code) ? first.code : 'ERR_MANIFEST_INVALID'
  const message = `${errors.length} errors:\n${errors.map((error) => `- ${error.message}`).join('\n')}`
  return new ConfigError(code, message, { context: first.context, cause: new AggregateError(errors) })
}
