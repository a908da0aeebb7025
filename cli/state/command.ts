import type { Command, CommandGroup, CommandOption, Invocation } from '../command.ts'
import { CONNECTION, CONNECTOR, REGISTRY, SESSION, UNKNOWN_STATE } from '../options.ts'

const STREAMS: CommandOption = { flags: '--stream <streams>', description: 'by name, comma separated; * stands for any text', repeat: true }
const AT: CommandOption = { flags: '--at <n>', description: 'an earlier version instead of the current one' }
const JSON_LINES: CommandOption = { flags: '--json', description: 'JSON instead of a table' }

type Action = keyof typeof import('./actions.ts')

/** The actions are loaded when one of them is run. */
function action(name: Action, summary: string, options: readonly CommandOption[]): Command {
  const run = async (invocation: Invocation) => {
    const actions = await import('./actions.ts')
    return actions[name](invocation)
  }
  return { name, summary, argument: CONNECTOR, options: [REGISTRY, CONNECTION, ...options], run }
}

export const state: CommandGroup = {
  name: 'state',
  summary: 'look at the state of a connection, compare, reset, move it',
  subcommands: [
    action('show', 'print the state of each stream', [STREAMS, AT, JSON_LINES]),
    action('history', 'list the versions that are kept: what each of the latest runs left', [JSON_LINES]),
    action('diff', 'print what changed between two versions; default: what the last run changed', [
      { flags: '--from <n>', description: 'version; default: the one before' },
      { flags: '--to <n>', description: 'version; default: the current one' },
      STREAMS,
    ]),
    action('reset', 'forget the state, so that the next read starts over; the history keeps it', [STREAMS]),
    action('export', 'print the state as other programs read it', [
      STREAMS,
      AT,
      { flags: '--format <format>', description: 'of the output', choices: ['airbyte', 'singer', 'flat'], default: 'airbyte' },
    ]),
    action('import', 'take over a state of Airbyte, Meltano, Singer or this program; other streams keep theirs', [
      ...SESSION,
      UNKNOWN_STATE,
      { flags: '--input <file>', description: 'the state; - is stdin' },
      { flags: '--replace', description: 'streams that the input lacks lose their state' },
    ]),
  ],
}
