import type { Command } from '../command.ts'
import { CONNECTION, REGISTRY } from '../options.ts'

export const runs: Command = {
  name: 'runs',
  summary: 'list the runs of a connection, show one of them, or what all of them proved complete',
  examples: ['connector runs --state file:state --connection facebook_pages', 'connector runs last --state file:state'],
  argument: { name: '[id]', description: 'a run, or the start of its id; `last` is the latest' },
  options: [
    REGISTRY,
    CONNECTION,
    { flags: '--complete', description: 'per stream the ranges that were read to their last page' },
    { flags: '--limit <n>', description: 'runs to list (20)' },
    { flags: '--json', description: 'one JSON object per line' },
  ],
  run: async (invocation) => {
    const { listRuns, showComplete, showRun } = await import('./actions.ts')
    if (invocation.options['complete'] === true) return showComplete(invocation)
    return invocation.argument === undefined ? listRuns(invocation) : showRun(invocation, invocation.argument)
  },
}
