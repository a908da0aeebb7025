import type { Command } from '../command.ts'
import { SCHEMAS } from '../options.ts'
import { ACCOUNTS, NETWORK, RECIPE, SYNC } from '../sync/options.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'the sync as a service: cron endpoint, status page, metrics, login for new accounts',
  examples: ['connector serve --accounts env:DATABASE_URL --output env:DATABASE_URL --max-requests 150 --deadline 50'],
  options: [
    ACCOUNTS,
    ...RECIPE,
    ...SYNC,
    ...NETWORK,
    SCHEMAS,
    { flags: '--port <port>', description: 'where it listens; 0 takes a free one', default: '8080' },
    { flags: '--host <host>', description: 'address it listens on', default: '127.0.0.1' },
    { flags: '--secret <reference>', description: 'guards whatever changes something: env:NAME or file:PATH; default: env:CRON_SECRET' },
    { flags: '--public-url <url>', description: 'where browsers see the service; with it and an app, people can connect accounts' },
    { flags: '--protect-page', description: 'the status page asks for the secret too' },
  ],
  isRun: true,
  run: async (invocation) => (await import('./actions.ts')).runService(invocation),
}
