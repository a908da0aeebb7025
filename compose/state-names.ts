import { ConfigError } from '../framework/errors.ts'
import { isOwnKey } from '../framework/runtime/read/refresh.ts'
import type { ParsedState } from '../state/airbyte.ts'

/** What to do about a state that belongs to no stream: refuse it, or continue without it. */
export type UnknownState = 'refuse' | 'ignore'

export interface StateFile {
  readonly path: string
  readonly parsed: ParsedState
}

export interface KnownNames {
  readonly names: readonly string[]
  /** Kinds of streams that exist once per account, `<kind>__<account>`; an account that is gone keeps its state. */
  readonly accountKinds: readonly string[]
}

interface Handling {
  readonly unknownState: UnknownState
  readonly warn: (message: string) => void
}

/**
 * Throws ConfigError ERR_STATE_UNKNOWN, with what the file names and what there is, when it names streams and none of them exists, or holds
 * a shared state. Names that do not exist beside others that do are a warning.
 */
export function checkNames({ path, parsed }: StateFile, known: KnownNames, { unknownState, warn }: Handling): void {
  const named = [...Object.keys(parsed.streams), ...parsed.unreadable.keys()]
  const unknown = named.filter((name) => !isKnownName(name, known))
  const problems = [...parsed.unusable]
  const there = `streams here: ${listed(known.names.length > 0 ? known.names : known.accountKinds.map((kind) => `${kind}__<account>`))}`
  if (unknown.length > 0 && unknown.length === named.length) {
    problems.push(`it names no stream of this connection; it names: ${listed(unknown)}; ${there}`)
  }
  if (problems.length > 0) {
    const message = `the state in ${path} cannot be used: ${problems.join('; ')}.`
    if (unknownState === 'refuse')
      throw new ConfigError('ERR_STATE_UNKNOWN', `${message} Correct the names, or continue without it with --ignore-unknown-state`)
    warn(`${message} It is ignored`)
    return
  }
  if (unknown.length > 0) warn(`the state in ${path} names streams that do not exist here and are ignored: ${listed(unknown)}; ${there}`)
}

export function isKnownName(name: string, { names, accountKinds }: KnownNames): boolean {
  return names.includes(name) || isOwnKey(name) || accountKinds.some((kind) => name.startsWith(`${kind}__`))
}

const MAX_LISTED = 30

/** The first few, and how many more there are. */
export function listed(items: readonly string[], separator = ', '): string {
  const more = items.length - MAX_LISTED
  return items.length === 0 ? 'none' : `${items.slice(0, MAX_LISTED).join(separator)}${more > 0 ? `${separator}… and ${more} more` : ''}`
}
