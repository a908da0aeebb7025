import type { Command } from '../command.ts'
import { CONNECTOR, NETWORK, SESSION } from '../options.ts'
import { protocolErrors } from '../protocol-errors.ts'

export const discover: Command = {
  name: 'discover',
  summary: 'print the streams of every account the token can see, as a catalog',
  argument: CONNECTOR,
  options: [...SESSION, ...NETWORK],
  run: (invocation) =>
    protocolErrors(invocation.io, async () => {
      const { catalogEntry } = await import('../../framework/runtime/bound-stream.ts')
      const { openSession } = await import('../session.ts')
      const session = await openSession(invocation)
      const streams = await session.connector.streams()
      invocation.io.stdout.write(`${JSON.stringify({ type: 'CATALOG', catalog: { streams: streams.map(catalogEntry) } })}\n`)
      return session.run.exitCode()
    }),
}
