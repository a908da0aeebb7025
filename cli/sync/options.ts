import { accountRegistryForms } from '../../accounts/url-forms.ts'
import { destinationForms } from '../../destinations/url-forms.ts'
import { formsText, withoutForm } from '../../framework/url-forms.ts'
import type { CommandOption } from '../command.ts'

import { LOCK_TIMEOUT } from '../options.ts'

export { NETWORK } from '../options.ts'

/** Options that `sync` and `serve` share. */
export const ACCOUNTS: CommandOption = {
  flags: '--accounts <url>',
  description: `registry of accounts: ${formsText(accountRegistryForms, 'env:NAME')}; default: env:CONNECTOR_ACCOUNTS`,
}

/** What is read, and where it goes. */
export const RECIPE: readonly CommandOption[] = [
  {
    flags: '--output <url>',
    description: `${formsText(withoutForm(destinationForms, 'stdout'), 'env:NAME')}; default: env:CONNECTOR_OUTPUT`,
    repeat: true,
  },
  { flags: '--recipe <name>', description: 'what is read: a recipe of a connector, such as posts or insights', default: 'posts' },
  { flags: '--connector <connector>', description: 'another connector instead of a recipe: manifest file, id or product' },
  { flags: '--select <streams>', description: 'with --connector: streams by kind, comma separated', repeat: true },
  { flags: '--config <file>', description: 'what all accounts have in common, such as api_version, app_secret or base_url' },
  {
    flags: '--state <url>',
    description: 'state registry; default: the database of the accounts, or the folder state beside their file',
  },
  LOCK_TIMEOUT,
  { flags: '--tables <layout>', description: 'in databases, streams of one kind in one table or not', choices: ['shared', 'per_stream'] },
]

/** How accounts are gone through. */
export const SYNC: readonly CommandOption[] = [
  { flags: '--concurrency <n>', description: 'accounts at the same time; default: 4' },
  { flags: '--pages <n>', description: 'posts: requests per account and run at most; older posts follow in later runs; default: 2' },
  { flags: '--pause <seconds>', description: 'between one account and the next; default: 0' },
  { flags: '--min-age <minutes>', description: 'leave out accounts that were synced less than this long ago; default: 0' },
]
