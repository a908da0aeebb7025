import type { ListedStream } from '../../framework/runtime/assembly/bound-stream.ts'
import type { StreamPlan } from '../../framework/runtime/explain.ts'
import type { ConnectionState } from '../../framework/runtime/ports/state-registry.ts'
import type { Command, Invocation, Io } from '../command.ts'
import { CONNECTION, CONNECTOR, NETWORK, SELECT, SESSION, STATE, UNKNOWN_STATE } from '../options.ts'

export const explain: Command = {
  name: 'explain',
  summary: 'the calls and windows that a read would cost, before it is run',
  examples: ['connector explain facebook_pages --config config.json --state file:state'],
  argument: CONNECTOR,
  options: [
    ...SESSION,
    SELECT,
    STATE,
    UNKNOWN_STATE,
    CONNECTION,
    { flags: '--json', description: 'one JSON object per stream' },
    ...NETWORK,
  ],
  run: async (invocation) => {
    const { withSession } = await import('../session.ts')
    const { stateChoice, streamChoice } = await import('./flags.ts')
    const { listedCatalog, openState } = await import('../../compose/read-setup.ts')
    const { fitStates } = await import('../../compose/fit-states.ts')
    const { closing } = await import('../../compose/closing.ts')
    return withSession(invocation, async (session) => {
      const choice = stateChoice(invocation)
      const state = await openState(session, choice)
      await closing(state, session.report, async () => {
        const found = await listedCatalog(session, streamChoice(invocation))
        const { catalog, streams } = await fitStates(session, { catalog: found, state }, choice.unknownState)
        const asked = session.http.stats().requests
        const plans = await planStreams(catalog.streams, streams, invocation)
        if (invocation.options['json'] !== true) await printPlans(plans, asked, invocation.io)
      })
      return session.run.exitCode()
    })
  },
}

async function planStreams(
  streams: readonly ListedStream[],
  state: ConnectionState,
  { options, io }: Invocation,
): Promise<readonly StreamPlan[]> {
  const { explain: plan } = await import('../../framework/runtime/explain.ts')
  const plans: StreamPlan[] = []
  for await (const entry of plan(streams, state)) {
    plans.push(entry)
    if (options['json'] === true) io.stdout.write(`${JSON.stringify(entry)}\n`)
  }
  return plans
}

async function printPlans(plans: readonly StreamPlan[], asked: number, io: Io): Promise<void> {
  const { default: Table } = await import('cli-table3')
  const table = new Table({ head: ['stream', 'slices', 'from', 'to', 'calls'], style: { head: [], border: [], compact: true } })
  for (const { stream, slices, from, to, calls, exact } of plans) {
    table.push([stream, slices, from ?? '', to ?? '', `${exact ? '' : '≥ '}${calls}`])
  }
  const total = plans.reduce((sum, { calls }) => sum + calls, 0)
  const bound = plans.every(({ exact }) => exact) ? '' : 'at least '
  io.stdout.write(`${table.toString()}\n${plans.length} streams, ${bound}${total} calls; ${asked} were made to find the accounts\n`)
}
