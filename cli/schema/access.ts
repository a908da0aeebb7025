import { storageUrl } from '../../compose/storage-url.ts'
import { systemClock } from '../../framework/clock.ts'
import type { SchemaRegistry } from '../../framework/runtime/ports/schema-registry.ts'
import { type Invocation, text } from '../command.ts'
import { secretContextOf } from '../redact.ts'

/** The registry of `--schemas`, if given. */
export async function openSchemas({ options, io }: Invocation): Promise<SchemaRegistry | undefined> {
  const given = text(options, 'schemas')
  if (given === undefined) return undefined
  const { openSchemaRegistry } = await import('../../schemas/open.ts')
  return openSchemaRegistry(storageUrl(given, secretContextOf(io)), { clock: systemClock })
}
