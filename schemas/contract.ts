import { ConfigError, suggest } from '../framework/index.ts'

/** What happens to what a schema does not have. */
export const verbs = ['evolve', 'freeze', 'discard_row', 'discard_value'] as const
export type Verb = (typeof verbs)[number]

/** `tables`: a stream that was never registered; `columns`: a field that the schema lacks; `data_types`: a value that its field does not take. */
export const aspects = ['tables', 'columns', 'data_types'] as const
export type Aspect = (typeof aspects)[number]

export type Contract = Readonly<Record<Aspect, Verb>>

/** The contract of each kind of stream. */
export type ContractOf = (kind: string) => Contract

/**
 * Reads rules such as `freeze`, `columns=discard_value`, `posts:data_types=freeze`; `*` in a stream stands for any text, later rules
 * override earlier ones, what no rule names evolves. Throws ConfigError ERR_FLAG_INVALID.
 */
export function parseContract(rules: readonly string[]): ContractOf {
  const parsed = rules.flatMap((rule) => rule.split(',')).map((rule) => parseRule(rule.trim()))
  return (kind) => {
    const contract: Record<Aspect, Verb> = { tables: 'evolve', columns: 'evolve', data_types: 'evolve' }
    for (const { matches, of, verb } of parsed) if (matches(kind)) for (const aspect of of) contract[aspect] = verb
    return contract
  }
}

interface Rule {
  readonly of: readonly Aspect[]
  readonly verb: Verb
  matches(kind: string): boolean
}

function parseRule(rule: string): Rule {
  const [, stream, aspect, verb = ''] = /^(?:([^:=]*):)?(?:([^:=]*)=)?([^:=]*)$/.exec(rule) ?? []
  if (!isVerb(verb)) throw invalid(rule, verb, verbs)
  if (aspect !== undefined && !isAspect(aspect)) throw invalid(rule, aspect, aspects)
  const matches = stream === undefined ? () => true : matcher(stream)
  return { of: aspect === undefined ? aspects : [aspect], verb, matches }
}

const isVerb = (text: string): text is Verb => verbs.some((verb) => verb === text)
const isAspect = (text: string): text is Aspect => aspects.some((aspect) => aspect === text)

function invalid(rule: string, word: string, known: readonly string[]): ConfigError {
  return new ConfigError('ERR_FLAG_INVALID', `--on-drift ${rule}: unknown '${word}'; ${suggest(word, known)}; write [STREAM:][ASPECT=]VERB`)
}

function matcher(pattern: string): (kind: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`, 's')
  return (kind) => expression.test(kind)
}
