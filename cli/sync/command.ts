import type { Command } from '../command.ts'
import { SCHEMAS, WRITES } from '../options.ts'
import { ACCOUNTS, NETWORK, RECIPE, SYNC } from './options.ts'

export const sync: Command = {
  name: 'sync',
  summary: 'bring the tables of all accounts of a registry up to date under one budget; one JSON line on stdout',
  examples: ['connector sync --accounts file:accounts.yaml --output duckdb:posts.duckdb --max-requests 150'],
  options: [
    ACCOUNTS,
    ...RECIPE,
    ...SYNC,
    ...NETWORK,
    ...WRITES,
    SCHEMAS,
    { flags: '--only <account>', description: 'this account alone, by its id, whether or not it is due' },
  ],
  isRun: true,
  run: async (invocation) => (await import('./actions.ts')).runSync(invocation),
}
