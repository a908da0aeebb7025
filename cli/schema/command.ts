import type { Command, CommandGroup, CommandOption, Invocation } from '../command.ts'
import { CONNECTION, CONNECTOR, SCHEMAS } from '../options.ts'

const KINDS: CommandOption = { flags: '--select <streams>', description: 'kinds of streams, comma separated', repeat: true }
const DIALECT: CommandOption = { flags: '--dialect <name>', description: 'of SQL', choices: ['postgres', 'duckdb'], default: 'postgres' }

type Action = 'show' | 'diff' | 'types' | 'zod' | 'ddl' | 'dbt'

interface Plan {
  /** What stands behind `connector schema NAME`. */
  readonly example: string
  readonly options?: readonly CommandOption[]
}

/** The actions are loaded when one of them is run. */
function action(name: Action, summary: string, { example, options = [] }: Plan): Command {
  const run = async (invocation: Invocation) => {
    const actions = await import('./actions.ts')
    return actions[name](invocation)
  }
  const examples = [`connector schema ${name} ${example}`]
  return { name, summary, examples, argument: CONNECTOR, options: [SCHEMAS, CONNECTION, KINDS, ...options], run }
}

export const schema: CommandGroup = {
  name: 'schema',
  summary: 'schemas of streams, as declared or as registered: look at them, compare, make types and tables of them',
  subcommands: [
    action('show', 'print the schemas', { example: 'facebook_pages --select page_insights' }),
    action('diff', 'print what changed between two versions; default: the last two', {
      example: 'facebook_pages --schemas file:schemas',
      options: [
        { flags: '--from <n>', description: 'version; default: the one before' },
        { flags: '--to <n>', description: 'version; default: the latest' },
        { flags: '--json', description: 'one JSON object per change' },
      ],
    }),
    action('types', 'print TypeScript interfaces of the rows', { example: 'facebook_pages > rows.ts' }),
    action('zod', 'print Zod schemas of the rows', { example: 'facebook_pages > rows.ts' }),
    action('ddl', 'print the statements that create the tables', { example: 'facebook_pages --dialect duckdb', options: [DIALECT] }),
    action('dbt', 'print the sources.yml of dbt', { example: 'facebook_pages > sources.yml', options: [DIALECT] }),
  ],
}
