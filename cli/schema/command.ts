import type { Command, CommandGroup, CommandOption, Invocation } from '../command.ts'
import { CONNECTION, CONNECTOR, SCHEMAS } from '../options.ts'

const KINDS: CommandOption = { flags: '--select <streams>', description: 'kinds of streams, comma separated', repeat: true }
const DIALECT: CommandOption = { flags: '--dialect <name>', description: 'of SQL', choices: ['postgres', 'duckdb'], default: 'postgres' }

type Action = 'show' | 'diff' | 'types' | 'zod' | 'ddl' | 'dbt'

/** The actions are loaded when one of them is run. */
function action(name: Action, summary: string, options: readonly CommandOption[] = []): Command {
  const run = async (invocation: Invocation) => {
    const actions = await import('./actions.ts')
    return actions[name](invocation)
  }
  return { name, summary, argument: CONNECTOR, options: [SCHEMAS, CONNECTION, KINDS, ...options], run }
}

export const schema: CommandGroup = {
  name: 'schema',
  summary: 'schemas of streams, as declared or as registered: look at them, compare, make types and tables of them',
  subcommands: [
    action('show', 'print the schemas'),
    action('diff', 'print what changed between two versions; default: the last two', [
      { flags: '--from <n>', description: 'version; default: the one before' },
      { flags: '--to <n>', description: 'version; default: the latest' },
      { flags: '--json', description: 'one JSON object per change' },
    ]),
    action('types', 'print TypeScript interfaces of the rows'),
    action('zod', 'print Zod schemas of the rows'),
    action('ddl', 'print the statements that create the tables', [DIALECT]),
    action('dbt', 'print the sources.yml of dbt', [DIALECT]),
  ],
}
