import { createTableText, type SqlDialect, sqlTypes } from '../../destinations/tables/ddl.ts'
import { planTable, type TablePlan } from '../../destinations/tables/table-plan.ts'
import { defined } from '../../framework/defined.ts'
import { ConfigError, suggest } from '../../framework/errors.ts'
import { loadManifest } from '../../framework/manifest/manifest.ts'
import type { JsonSchema } from '../../framework/protocol/messages.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { readSchemaName, type SchemaRegistry, schemaName } from '../../framework/runtime/ports/schema-registry.ts'
import { formsText } from '../../framework/url-forms.ts'
import { changeText, compareSchemas } from '../../schemas/compare.ts'
import { dbtSources } from '../../schemas/dbt.ts'
import { schemaRegistryForms } from '../../schemas/url-forms.ts'
import { type Invocation, text, texts } from '../command.ts'
import { installedConnector } from '../config/installed.ts'
import { wholeNumber } from '../output/numbers.ts'
import { printLines } from '../output/print-lines.ts'
import { openSchemas } from './access.ts'
import { type DeclaredStream, declaredStreams } from './declared-streams.ts'

/** A kind of stream, its schema that of a registry or that of the manifest. */
interface KnownStream extends Omit<DeclaredStream, 'cursorField'> {
  readonly version: number | undefined
}

interface Known {
  readonly connection: string
  /** Accounts share the tables of the kinds, and rows say which stream they are of; false where no connector is named that tells. */
  readonly isShared: boolean
  readonly streams: readonly KnownStream[]
}

export function show(invocation: Invocation): Promise<ExitCode> {
  return withSchemas(invocation, async ({ streams }) => {
    const schemas = streams.map(({ kind, version, schema }) => ({ stream: kind, ...defined({ version }), schema }))
    await printLines(
      invocation.io.stdout,
      schemas.map((entry) => JSON.stringify(entry, null, 2)),
    )
  })
}

export async function diff(invocation: Invocation): Promise<ExitCode> {
  const { options, io } = invocation
  const registry = await openSchemas(invocation)
  if (!registry)
    throw new ConfigError('ERR_FLAG_MISSING', `name the registry whose versions are compared: --schemas ${formsText(schemaRegistryForms)}`)
  try {
    const connection = await connectionOf(registry, invocation)
    const kinds = await registeredKinds(registry, connection)
    for (const kind of selected(kinds, invocation)) {
      const history = await registry.history(schemaName(connection, kind))
      const to = history.find(({ version }) => version === (wholeNumber(options, 'to') ?? history[0]?.version))
      const from = history.find(({ version }) => version === (wholeNumber(options, 'from') ?? (to?.version ?? 0) - 1))
      // Of a stream with one version there is nothing to say.
      if (!from || !to) continue
      const changes = compareSchemas(from.schema, to.schema)
      const lines =
        options['json'] === true
          ? changes.map((change) => JSON.stringify({ stream: kind, from: from.version, to: to.version, ...change }))
          : [`${kind} version ${from.version} → ${to.version}`, ...changes.map((change) => `  ${changeText(change)}`)]
      await printLines(io.stdout, lines)
    }
    return 0
  } finally {
    await registry.close()
  }
}

export function types(invocation: Invocation): Promise<ExitCode> {
  return withSchemas(invocation, async ({ streams }) => {
    const { typescriptOf } = await import('../../schemas/typescript.ts')
    invocation.io.stdout.write(await typescriptOf(new Map(streams.map(({ kind, schema }) => [kind, schema]))))
  })
}

export function zod(invocation: Invocation): Promise<ExitCode> {
  return withSchemas(invocation, async ({ streams }) => {
    const { zodOf } = await import('../../schemas/zod.ts')
    invocation.io.stdout.write(await zodOf(new Map(streams.map(({ kind, schema }) => [kind, schema]))))
  })
}

export function ddl(invocation: Invocation): Promise<ExitCode> {
  return withSchemas(invocation, async (known) => {
    const dialect = dialectOf(invocation)
    await printLines(
      invocation.io.stdout,
      known.streams.map((stream) => createTableText(planOf(stream, known), dialect)),
    )
  })
}

export function dbt(invocation: Invocation): Promise<ExitCode> {
  return withSchemas(invocation, async (known) => {
    const names = sqlTypes[dialectOf(invocation)]
    const tables = known.streams.map((stream) => {
      const { name, columns } = planOf(stream, known)
      const key = columns.filter((column) => column.key).map((column) => column.name)
      const named = columns.map((column) => ({ name: column.name, field: column.path.join('.'), type: names[column.type] }))
      return { name, schema: stream.schema, key, columns: named }
    })
    invocation.io.stdout.write(dbtSources(known.connection, tables))
  })
}

const dialectOf = ({ options }: Invocation): SqlDialect => (text(options, 'dialect') === 'duckdb' ? 'duckdb' : 'postgres')

function planOf({ kind, primaryKey, schema }: KnownStream, { isShared }: Known): TablePlan {
  return planTable({ name: kind, kind, accountId: isShared ? 'any' : undefined, primaryKey, cursorField: undefined, schema }, 'shared')
}

async function withSchemas(invocation: Invocation, work: (known: Known) => Promise<void>): Promise<ExitCode> {
  const registry = await openSchemas(invocation)
  try {
    await work(registry ? await registered(registry, invocation) : await declared(invocation))
    return 0
  } finally {
    await registry?.close()
  }
}

async function declared(invocation: Invocation): Promise<Known> {
  const source = await installedConnector(invocation, invocation.argument)
  const manifest = loadManifest(source)
  const streams = await declaredStreams(source)
  const kinds = new Set(
    selected(
      streams.map(({ kind }) => kind),
      invocation,
    ),
  )
  const connection = text(invocation.options, 'connection') ?? manifest.taxonomy?.product ?? manifest.name
  const chosen = streams.filter(({ kind }) => kinds.has(kind)).map((stream) => ({ ...stream, version: undefined }))
  return { connection, isShared: manifest.discovery !== undefined, streams: chosen }
}

/** Keys are no part of a schema: they are those of the connector, if it is named. */
async function registered(registry: SchemaRegistry, invocation: Invocation): Promise<Known> {
  const connection = await connectionOf(registry, invocation)
  const source = invocation.argument === undefined ? undefined : await installedConnector(invocation, invocation.argument)
  const keys = new Map((source ? await declaredStreams(source) : []).map(({ kind, primaryKey }) => [kind, primaryKey]))
  const streams: KnownStream[] = []
  for (const kind of selected(await registeredKinds(registry, connection), invocation)) {
    const found = await registry.latest(schemaName(connection, kind))
    if (found) streams.push({ kind, version: found.version, schema: found.schema, primaryKey: keys.get(kind) ?? [] })
  }
  const isShared = source !== undefined && loadManifest(source).discovery !== undefined
  return { connection, isShared, streams }
}

async function registeredKinds(registry: SchemaRegistry, connection: string): Promise<readonly string[]> {
  const names = (await registry.streams()).map(readSchemaName)
  return names.filter((name) => name.connection === connection).map(({ kind }) => kind)
}

/** `--connection`, else the product of CONNECTOR, else the only one there is. */
async function connectionOf(registry: SchemaRegistry, { argument, options, io }: Invocation): Promise<string> {
  const manifest = argument === undefined ? undefined : loadManifest(await installedConnector({ options, io }, argument))
  const known = [...new Set((await registry.streams()).map((name) => readSchemaName(name).connection))]
  const wanted = text(options, 'connection') ?? manifest?.taxonomy?.product ?? manifest?.name ?? (known.length === 1 ? known[0] : undefined)
  const list = known.length === 0 ? 'the registry is empty' : `known: ${known.join(', ')}`
  if (wanted === undefined) throw new ConfigError('ERR_CONNECTION_MISSING', `name the connection: --connection NAME; ${list}`)
  if (known.includes(wanted)) return wanted
  throw new ConfigError(
    'ERR_CONNECTION_UNKNOWN',
    `no schema of connection ${wanted} is registered; ${known.length === 0 ? list : suggest(wanted, known)}`,
  )
}

/** Throws ConfigError for a name of `--select` that there is no stream for. */
function selected(kinds: readonly string[], { options }: Invocation): readonly string[] {
  const wanted = texts(options, 'select').flatMap((value) => value.split(','))
  const missing = wanted.find((kind) => !kinds.includes(kind))
  if (missing !== undefined) throw new ConfigError('ERR_STREAM_UNKNOWN', `there is no stream '${missing}'; ${suggest(missing, kinds)}`)
  return wanted.length === 0 ? kinds : kinds.filter((kind) => wanted.includes(kind))
}

/** The schemas of a registry by kind, for `discover`. */
export async function registeredSchemas(registry: SchemaRegistry, connection: string): Promise<ReadonlyMap<string, JsonSchema>> {
  const schemas = new Map<string, JsonSchema>()
  for (const kind of await registeredKinds(registry, connection)) {
    const found = await registry.latest(schemaName(connection, kind))
    if (found) schemas.set(kind, found.schema)
  }
  return schemas
}
