import { ConfigError } from '../framework/errors.ts'
import type { SchemaRegistry } from '../framework/runtime/ports/schema-registry.ts'
import type { CatalogMatch } from '../framework/runtime/read/catalog-match.ts'
import type { SchemaWatch } from '../framework/runtime/read/observe-drift.ts'
import { parseContract } from '../schemas/contract.ts'
import { deadLetterFile } from '../schemas/dead-letters.ts'
import { openSchemaRegistry } from '../schemas/open.ts'
import { openSchemaWatch } from '../schemas/watch.ts'
import type { DriftChoice } from './read-request.ts'
import type { Session } from './session.ts'
import { storageUrl } from './storage-url.ts'

/** What a read has to do with schemas. */
export interface OpenDrift {
  /** The streams with the schemas that are registered, which destinations make their tables of. */
  readonly catalog: CatalogMatch
  /** undefined without a registry: then nothing is watched. */
  readonly watch: SchemaWatch | undefined
  close(): Promise<void>
}

export async function openDrift(
  session: Session,
  { catalog, connection }: { readonly catalog: CatalogMatch; readonly connection: string },
  { schemas, onDrift = [], deadLetters = 'dead-letters' }: DriftChoice,
): Promise<OpenDrift> {
  const { run, report, clock } = session
  if (schemas === undefined) {
    if (onDrift.length > 0)
      throw new ConfigError('ERR_FLAG_INVALID', '--on-drift needs --schemas: without a registry there is nothing to keep to')
    return { catalog, watch: undefined, close: async () => undefined }
  }
  const registry: SchemaRegistry = await openSchemaRegistry(storageUrl(schemas, session), { clock })
  try {
    const infos = catalog.streams.map(({ info }) => info)
    const letters = deadLetterFile(deadLetters, connection, run.id)
    const watch = await openSchemaWatch(infos, {
      ...{ registry, connection, contract: parseContract(onDrift), deadLetters: letters, report },
      onDrift: (drift) => void run.drift.push(drift),
    })
    const streams = catalog.streams.map((bound) => ({ ...bound, info: watch.streams.get(bound.info.name) ?? bound.info }))
    return { catalog: { ...catalog, streams }, watch, close: () => registry.close() }
  } catch (thrown) {
    await registry.close()
    throw thrown
  }
}
