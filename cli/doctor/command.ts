import type { Command } from '../command.ts'
import { CONNECTOR, NETWORK, SESSION } from '../options.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'say what of a connection is wrong and what will be soon: token, scopes, API version, metrics, clock',
  examples: ['connector doctor facebook_pages --config config.json --days 30'],
  argument: CONNECTOR,
  options: [
    ...SESSION,
    { flags: '--days <n>', description: 'how far to look ahead', default: '90' },
    { flags: '--json', description: 'one JSON object; the default when stdout is not a terminal' },
    ...NETWORK,
  ],
  run: async (invocation) => {
    const { examine } = await import('./actions.ts')
    return examine(invocation)
  },
}
