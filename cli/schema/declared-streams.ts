import type { ConnectorSource } from '../../compose/connector-source.ts'
import { systemClock } from '../../framework/clock.ts'
import { components } from '../../framework/components/index.ts'
import { createHttpClient } from '../../framework/http/create-client.ts'
import { createRedactor } from '../../framework/http/redaction/redaction.ts'
import type { Config } from '../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { loadManifest } from '../../framework/manifest/manifest.ts'
import type { JsonSchema } from '../../framework/protocol/messages.ts'
import { buildManifest } from '../../framework/runtime/assembly/build-manifest.ts'

/** A kind of stream as manifest and catalogue declare it. */
export interface DeclaredStream {
  readonly kind: string
  readonly primaryKey: readonly (readonly string[])[]
  readonly cursorField: string | undefined
  readonly schema: JsonSchema
}

/** The streams of a manifest without asking its API anything. */
export async function declaredStreams(source: ConnectorSource, config: Config = {}): Promise<readonly DeclaredStream[]> {
  const own = await source.package?.load()
  const report = { log: () => undefined, finding: () => undefined, rateLimited: () => undefined }
  const http = createHttpClient({ clock: systemClock, report, redactor: createRedactor(), allowedOrigins: [] })
  try {
    const language = createLanguage([...components, ...(own?.components ?? [])])
    const services = { http, clock: systemClock, report, updateConfig: () => undefined }
    const { streams } = buildManifest(loadManifest(source), { language, config, services })
    return await Promise.all(
      streams.map(async ({ name, primaryKey, cursor, schema }) => ({
        kind: name,
        primaryKey,
        cursorField: cursor?.cursorField,
        schema: await schema(),
      })),
    )
  } finally {
    http.close()
  }
}
