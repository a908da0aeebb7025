import type { Command, CommandGroup, CommandOption, Invocation } from '../command.ts'
import { CONNECTION, CONNECTOR, REGISTRY, SESSION, UNKNOWN_STATE } from '../options.ts'

const STREAMS: CommandOption = { flags: '--stream <streams>', description: 'by name, comma separated; * stands for any text', repeat: true }
const AT: CommandOption = { flags: '--at <n>', description: 'an earlier version instead of the current one' }
const JSON_LINES: CommandOption = { flags: '--json', description: 'JSON instead of a table' }

type Action = keyof typeof import('./actions.ts')

interface Plan {
  /** What stands behind `connector state NAME`. */
  readonly example: string
  readonly options?: readonly CommandOption[]
}

/** The actions are loaded when one of them is run. */
function action(name: Action, summary: string, { example, options = [] }: Plan): Command {
  const run = async (invocation: Invocation) => {
    const actions = await import('./actions.ts')
    return actions[name](invocation)
  }
  const examples = [`connector state ${name} ${example}`]
  return { name, summary, examples, argument: CONNECTOR, options: [REGISTRY, CONNECTION, ...options], run }
}

export const state: CommandGroup = {
  name: 'state',
  summary: 'look at the state of a connection, compare, reset, move it',
  subcommands: [
    action('show', 'print the state of each stream', {
      example: '--state file:state --connection facebook_pages',
      options: [STREAMS, AT, JSON_LINES],
    }),
    action('history', 'list the versions that are kept: what each of the latest runs left', {
      example: '--state file:state --connection facebook_pages',
      options: [JSON_LINES],
    }),
    action('diff', 'print what changed between two versions; default: what the last run changed', {
      example: '--state file:state --from 3 --to 4',
      options: [
        { flags: '--from <n>', description: 'version; default: the one before' },
        { flags: '--to <n>', description: 'version; default: the current one' },
        STREAMS,
      ],
    }),
    action('reset', 'forget the state, so that the next read starts over; the history keeps it', {
      example: '--state file:state --connection facebook_pages --stream page_insights*',
      options: [STREAMS],
    }),
    action('export', 'print the state as other programs read it', {
      example: '--state file:state --at 12 > old.json',
      options: [
        STREAMS,
        AT,
        { flags: '--format <format>', description: 'of the output', choices: ['airbyte', 'singer', 'flat'], default: 'airbyte' },
      ],
    }),
    action('import', 'take over a state of Airbyte, Meltano, Singer or this program; other streams keep theirs', {
      example: 'facebook_pages --state file:state --input old.json --replace',
      options: [
        ...SESSION,
        UNKNOWN_STATE,
        { flags: '--input <file>', description: 'the state; - is stdin' },
        { flags: '--replace', description: 'streams that the input lacks lose their state' },
      ],
    }),
  ],
}
