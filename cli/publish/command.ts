import { defined } from '../../framework/defined.ts'
import { formsText, withoutForm } from '../../framework/url-forms.ts'
import { journalForms } from '../../state/url-forms.ts'
import type { Command, CommandGroup, CommandOption, Invocation } from '../command.ts'
import { CONNECTOR, NETWORK, SESSION } from '../options.ts'

const JOURNAL: CommandOption = {
  flags: '--journal <url>',
  description: `where posts are written down, so that none is made twice: ${formsText(withoutForm(journalForms, 'memory'), 'env:NAME')}`,
  default: 'file:publish-journal',
}
const INPUT: CommandOption = { flags: '--input <file>', description: 'the post as JSON; - is stdin' }
const MAX_WAIT: CommandOption = { flags: '--max-wait <seconds>', description: 'how long a container may take; default: 300, videos 900' }
const KEY = { name: '<key>', description: 'idempotency key' }
const POST = { name: '<file>', description: 'the post as JSON; - is stdin' }

type Action = keyof typeof import('./actions.ts')

/** The actions are loaded when one of them is run. */
function action(
  name: Action,
  command: string,
  { argument, ...plan }: Pick<Command, 'summary' | 'argument' | 'options' | 'examples' | 'isRun'>,
): Command {
  const run = async (invocation: Invocation) => (await import('./actions.ts'))[name](invocation)
  return { name: command, ...plan, run, ...defined({ argument }) }
}

export const publish: CommandGroup = {
  name: 'publish',
  summary: 'publish posts, each once: connector publish instagram_publish --config FILE --input post.json',
  fallback: action('post', 'post', {
    summary: 'publish what --input holds; the same as without a subcommand',
    isRun: true,
    examples: ['connector publish instagram_publish --config config.json --input post.json'],
    argument: CONNECTOR,
    options: [
      ...SESSION,
      INPUT,
      { flags: '--idempotency-key <key>', description: 'the same key posts once; default: made of account and content' },
      { flags: '--dry-run', description: 'print every call that would be made, and make none' },
      JOURNAL,
      MAX_WAIT,
      ...NETWORK,
    ],
  }),
  subcommands: [
    action('validate', 'validate', {
      summary: 'say what is wrong with a post, and with its media, without asking the API',
      examples: ['connector publish validate post.json'],
      argument: POST,
      options: [
        { flags: '--connector <name>', description: 'whose rules; default: the only connector that checks posts' },
        { flags: '--offline', description: 'look at the post only, not at its media' },
        { flags: '--local-media', description: 'media in a private network are fine, as with a sandbox' },
      ],
    }),
    action('status', 'status', {
      summary: 'print what is known of a post',
      examples: ['connector publish status launch-1'],
      argument: KEY,
      options: [JOURNAL],
    }),
    action('resume', 'resume', {
      isRun: true,
      summary: 'resume a post that was interrupted or whose outcome is unknown',
      examples: ['connector publish resume launch-1 --config config.json'],
      argument: KEY,
      options: [
        ...SESSION,
        JOURNAL,
        { flags: '--published <id>', description: 'you have looked: it is live under this id' },
        { flags: '--not-published', description: 'you have looked: it is not live; the key may be used again' },
        MAX_WAIT,
        ...NETWORK,
      ],
    }),
    action('list', 'list', {
      summary: 'print what is in the journal, newest first',
      examples: ['connector publish list --account 17841400000000000'],
      options: [JOURNAL, { flags: '--account <id>', description: 'of this account only' }],
    }),
    action('quota', 'quota', {
      summary: 'print how many posts of 24 hours are used up',
      examples: ['connector publish quota instagram_publish --config config.json'],
      argument: CONNECTOR,
      options: [...SESSION, ...NETWORK],
    }),
  ],
}
