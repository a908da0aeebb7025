import type { JsonSchema } from '../../framework/protocol/messages.ts'
import { type Command, type Invocation, text } from '../command.ts'
import { CONNECTION, CONNECTOR, NETWORK, SCHEMAS, SESSION } from '../options.ts'
import { protocolErrors } from './errors.ts'

export const discover: Command = {
  name: 'discover',
  summary: 'print the streams of every account the token can see, as a catalog',
  examples: ['connector discover facebook_pages --config config.json > catalog.json'],
  argument: CONNECTOR,
  options: [...SESSION, SCHEMAS, CONNECTION, ...NETWORK],
  isRun: true,
  run: (invocation) =>
    protocolErrors(invocation.io, async () => {
      const { catalogEntry } = await import('../../framework/runtime/assembly/bound-stream.ts')
      const { withRun } = await import('../session.ts')
      return withRun(invocation, async (session) => {
        const schemas = await registeredIn(invocation, text(invocation.options, 'connection') ?? session.product)
        const streams = (await session.connector.streams()).map((bound) => {
          const registered = schemas?.get(bound.info.kind)
          return registered ? { ...bound, info: { ...bound.info, schema: registered } } : bound
        })
        invocation.io.stdout.write(`${JSON.stringify({ type: 'CATALOG', catalog: { streams: streams.map(catalogEntry) } })}\n`)
        return session.run.exitCode()
      })
    }),
}

/** With `--schemas`: what is registered, which knows of fields that the manifest does not declare. */
async function registeredIn(invocation: Invocation, connection: string): Promise<ReadonlyMap<string, JsonSchema> | undefined> {
  if (text(invocation.options, 'schemas') === undefined) return undefined
  const { openSchemas } = await import('../schema/access.ts')
  const registry = await openSchemas(invocation)
  if (!registry) return undefined
  try {
    const { registeredSchemas } = await import('../schema/actions.ts')
    return await registeredSchemas(registry, connection)
  } finally {
    await registry.close()
  }
}
