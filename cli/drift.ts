import { systemClock } from '../framework/clock.ts'
import { ConfigError } from '../framework/errors.ts'
import type { CatalogMatch } from '../framework/runtime/bound-stream.ts'
import type { SchemaWatch } from '../framework/runtime/observe-drift.ts'
import type { SchemaRegistry } from '../framework/runtime/schema-registry.ts'
import { type Invocation, text, texts } from './command.ts'
import { redactor } from './redact.ts'
import type { Session } from './session.ts'
import { storageUrl } from './storage-url.ts'

/** What a read has to do with schemas. */
export interface OpenDrift {
  /** The streams with the schemas that are registered, which destinations make their tables of. */
  readonly catalog: CatalogMatch
  /** undefined without a registry: then nothing is watched. */
  readonly watch: SchemaWatch | undefined
  [Symbol.asyncDispose](): Promise<void>
}

/** `--schemas`, `--on-drift` and `--dead-letters`. */
export async function openDrift(
  { run, report }: Session,
  { catalog, connection }: { readonly catalog: CatalogMatch; readonly connection: string },
  invocation: Invocation,
): Promise<OpenDrift> {
  const { options } = invocation
  const registry = await openSchemas(invocation)
  const rules = texts(options, 'onDrift')
  if (!registry) {
    if (rules.length > 0)
      throw new ConfigError('ERR_FLAG_INVALID', '--on-drift needs --schemas: without a registry there is nothing to keep to')
    return { catalog, watch: undefined, [Symbol.asyncDispose]: async () => undefined }
  }
  const { parseContract } = await import('../schemas/contract.ts')
  const { deadLetterFile } = await import('../schemas/dead-letters.ts')
  const { openSchemaWatch } = await import('../schemas/watch.ts')
  const deadLetters = deadLetterFile(text(options, 'deadLetters') ?? 'dead-letters', connection, run.id)
  try {
    const infos = catalog.streams.map(({ info }) => info)
    const watch = await openSchemaWatch(infos, { registry, connection, contract: parseContract(rules), deadLetters, report })
    const streams = catalog.streams.map((bound) => ({ ...bound, info: watch.streams.get(bound.info.name) ?? bound.info }))
    return { catalog: { ...catalog, streams }, watch, [Symbol.asyncDispose]: () => registry.close() }
  } catch (thrown) {
    await registry.close()
    throw thrown
  }
}

/** The registry of `--schemas`, if given. */
export async function openSchemas({ options, io }: Invocation): Promise<SchemaRegistry | undefined> {
  const given = text(options, 'schemas')
  if (given === undefined) return undefined
  const url = storageUrl(given, io.env)
  if (/^https?:/i.test(url) && URL.canParse(url)) {
    const { password } = new URL(url)
    if (password !== '') redactor.secret(decodeURIComponent(password))
  }
  const { openSchemaRegistry } = await import('../schemas/open.ts')
  return openSchemaRegistry(url, { clock: systemClock })
}
