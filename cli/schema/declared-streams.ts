import type { ConnectorSource } from '../../compose/connector-source.ts'
import { systemClock } from '../../framework/clock.ts'
import { components } from '../../framework/components/index.ts'
import { createHttpClient } from '../../framework/http/create-client.ts'
import { createRedactor } from '../../framework/http/redaction/redaction.ts'
import type { Component, Config } from '../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { loadManifest, type Manifest } from '../../framework/manifest/manifest.ts'
import type { JsonSchema } from '../../framework/protocol/messages.ts'
import { silentReporter } from '../../framework/report.ts'
import { type BuiltManifest, buildManifest } from '../../framework/runtime/assembly/build-manifest.ts'

/** A kind of stream as manifest and catalogue declare it. */
export interface DeclaredStream {
  readonly kind: string
  readonly primaryKey: readonly (readonly string[])[]
  readonly cursorField: string | undefined
  readonly schema: JsonSchema
}

/** The streams of a manifest without asking its API anything. */
export function declaredStreams(source: ConnectorSource, config: Config = {}): Promise<readonly DeclaredStream[]> {
  return withBuilt(source, { config }, ({ streams }) =>
    Promise.all(
      streams.map(async ({ name, primaryKey, cursor, schema }) => ({
        kind: name,
        primaryKey,
        cursorField: cursor?.cursorField,
        schema: await schema(),
      })),
    ),
  )
}

/** A manifest built for as long as the work takes; requests of it reach nobody. */
export async function withBuilt<T>(
  source: ConnectorSource,
  { config, components: more = [] }: { readonly config: Config; readonly components?: readonly Component[] | undefined },
  work: (built: BuiltManifest, manifest: Manifest) => T | Promise<T>,
): Promise<T> {
  const own = await source.package?.load()
  const report = silentReporter
  const http = createHttpClient({ clock: systemClock, report, redactor: createRedactor(), allowedOrigins: [] })
  try {
    const language = createLanguage([...components, ...(own?.components ?? []), ...more])
    const services = { http, clock: systemClock, report, updateConfig: () => undefined }
    const manifest = loadManifest(source)
    return await work(buildManifest(manifest, { language, config, services }), manifest)
  } finally {
    http.close()
  }
}
