import type { StreamPlan } from '../../framework/runtime/explain.ts'
import type { Command, Io } from '../command.ts'
import { CONNECTION, CONNECTOR, NETWORK, SELECT, SESSION, STATE } from '../options.ts'

export const explain: Command = {
  name: 'explain',
  summary: 'the calls and windows that a read would cost, before it is run',
  argument: CONNECTOR,
  options: [...SESSION, SELECT, STATE, CONNECTION, { flags: '--json', description: 'one JSON object per stream' }, ...NETWORK],
  run: async (invocation) => {
    const { openSession, openState, readCatalog, plan } = await loadPlanner()
    const session = await openSession(invocation)
    await using state = await openState(session, invocation)
    const { streams } = await readCatalog(session, invocation)
    const asked = session.http.stats().requests
    const plans: StreamPlan[] = []
    for await (const entry of plan(streams, state.streams)) {
      plans.push(entry)
      if (invocation.options['json'] === true) invocation.io.stdout.write(`${JSON.stringify(entry)}\n`)
    }
    if (invocation.options['json'] !== true) await printPlans(plans, asked, invocation.io)
    return session.run.exitCode()
  },
}

/** On its own, because the compiler leaves the paths of imports inside a function with `await using` as they are. */
async function loadPlanner() {
  const { openSession } = await import('../session.ts')
  const { openState, readCatalog } = await import('../read-setup.ts')
  const { explain: plan } = await import('../../framework/runtime/explain.ts')
  return { openSession, openState, readCatalog, plan }
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
