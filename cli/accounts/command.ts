import { defined } from '../../framework/defined.ts'
import type { Command, CommandGroup, CommandOption, Invocation } from '../command.ts'
import { ACCOUNTS } from '../sync/options.ts'

const ACCOUNT = { name: '[account]', description: "by its id or the provider's id" }

const KEYS: readonly CommandOption[] = [
  {
    flags: '--key <reference>',
    description: 'where the key of the tokens is: env:NAME, file:PATH, aws-sm://NAME#KEY; default: CONNECTOR_ACCOUNTS_KEY',
  },
  { flags: '--old-key <reference>', description: 'a key that tokens may still be encrypted with', repeat: true },
  { flags: '--plain-text-tokens', description: 'read tokens in plain text, and write them so when there is no key' },
]
const JSON_LINES: CommandOption = { flags: '--json', description: 'JSON lines also on a terminal' }

/** Where the provider is, for the commands that ask it; ids and secrets of the apps come from CONNECTOR_<LOGIN>_APP_ID and …_SECRET. */
const PROVIDER: readonly CommandOption[] = [
  { flags: '--api-version <version>', description: "of the provider's API; default: the connector's" },
  { flags: '--base-url <url>', description: "of the provider's API, for the sandbox and for proxies" },
  { flags: '--instagram-base-url <url>', description: 'of the API of Instagram Login' },
]
const LOGIN: CommandOption = { flags: '--login <login>', description: 'where the token comes from; default: what its form tells' }
const OWNER: readonly CommandOption[] = [
  { flags: '--owner <name>', description: 'whose account it is' },
  { flags: '--priority <n>', description: 'lower comes first; default: 2' },
]

type Action = keyof typeof import('./actions.ts')

interface Plan {
  readonly summary: string
  readonly options: readonly CommandOption[]
  readonly examples: readonly string[]
  readonly argument?: Command['argument']
}

/** The actions are loaded when one of them is run. */
function action(name: string, run: Action, { argument, ...plan }: Plan): Command {
  const start = async (invocation: Invocation) => (await import('./actions.ts'))[run](invocation)
  return { name, ...plan, run: start, ...defined({ argument }) }
}

export const accounts: CommandGroup = {
  name: 'accounts',
  summary: 'add accounts to a registry, keep their tokens alive, list them',
  subcommands: [
    action('list', 'list', {
      summary: 'show the accounts and the days that their tokens have left',
      examples: ['connector accounts list --accounts file:accounts.yaml'],
      options: [ACCOUNTS, JSON_LINES],
    }),
    action('add', 'add', {
      summary: 'add the accounts that a token sees; the token comes from a reference or from stdin, never from an argument',
      examples: ['connector accounts add --accounts file:accounts.yaml --token env:META_TOKEN'],
      options: [
        ACCOUNTS,
        ...KEYS,
        { flags: '--token <reference>', description: 'env:NAME, file:PATH, aws-sm://NAME#KEY; without it stdin' },
        { flags: '--account <account>', description: 'this one of the accounts that the token sees; default: all' },
        LOGIN,
        { flags: '--provider <name>', description: 'whose account it is; default: what the token or the login tells' },
        ...OWNER,
        ...PROVIDER,
        JSON_LINES,
      ],
    }),
    action('remove', 'remove', {
      summary: 'forget an account and its token',
      examples: ['connector accounts remove 17841400000000000 --accounts file:accounts.yaml'],
      argument: ACCOUNT,
      options: [ACCOUNTS],
    }),
    action('refresh', 'refresh', {
      summary: 'replace the token of an account now, or with --all those that are due; 4 when an account needs a login',
      examples: ['connector accounts refresh --all --accounts file:accounts.yaml'],
      argument: ACCOUNT,
      options: [
        ACCOUNTS,
        ...KEYS,
        { flags: '--all', description: 'every account, those that are due' },
        { flags: '--now', description: 'with --all: also tokens that are not due' },
        { flags: '--refresh-before <days>', description: 'due so long before the end, and in the last tenth of a life; default: 7' },
        ...PROVIDER,
        JSON_LINES,
      ],
    }),
    action('login-url', 'loginUrl', {
      summary: 'print where a person logs in; the code that comes back goes to the service',
      examples: ['connector accounts login-url --redirect-uri https://example.com/connect/back'],
      options: [
        { ...LOGIN, description: 'where a person logs in; default: the first login of the first provider' },
        { flags: '--redirect-uri <url>', description: 'where the person comes back to, as the app has it' },
        { flags: '--state <text>', description: 'comes back unchanged; default: a random one' },
        { flags: '--scopes <scopes>', description: 'comma separated; default: what reading needs' },
        { flags: '--app-id <id>', description: 'default: CONNECTOR_<LOGIN>_APP_ID' },
        JSON_LINES,
      ],
    }),
    action('import', 'importFrom', {
      summary: 'take accounts over from a CSV or JSON file, or from the table user_tokens',
      examples: ['connector accounts import --accounts env:DATABASE_URL --input accounts.csv'],
      options: [
        ACCOUNTS,
        ...KEYS,
        { flags: '--input <file>', description: 'CSV with a head, a JSON list or JSON lines; - is stdin' },
        { flags: '--user-tokens <url>', description: 'postgres://… or env:NAME with a table user_tokens' },
        LOGIN,
        JSON_LINES,
      ],
    }),
    action('rotate-key', 'rotateKey', {
      summary: 're-encrypt every token with --key; needs --old-key for those of another key, and encrypts plain ones too',
      examples: ['connector accounts rotate-key --accounts env:DATABASE_URL --key env:NEW_KEY --old-key env:OLD_KEY'],
      options: [ACCOUNTS, ...KEYS],
    }),
  ],
}
