import { ConfigError } from '../errors.ts'

/** A stream that cannot be built; the others can be read. */
export interface BrokenStream {
  readonly name: string
  readonly error: ConfigError
}

/** What `build` makes, or undefined after `report` was told why it cannot. Only ConfigErrors are expected. */
export function orBroken<T>(build: () => T, report: (error: ConfigError) => void): T | undefined {
  try {
    return build()
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown
    report(thrown)
    return undefined
  }
}
