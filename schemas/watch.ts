import {
  ConnectorError,
  type DriftReport,
  type Reporter,
  type SchemaRegistry,
  type SchemaVersion,
  type SchemaWatch,
  type StreamInfo,
  schemaName,
  withFields,
} from '../framework/index.ts'
import { type ChangeKind, changeText, compareSchemas } from './compare.ts'
import type { ContractOf } from './contract.ts'
import type { DeadLetterFile } from './dead-letters.ts'
import { fingerprintOf } from './fingerprint.ts'
import { StreamWatch } from './stream-watch.ts'

export interface WatchOptions {
  readonly registry: SchemaRegistry
  readonly connection: string
  readonly contract: ContractOf
  readonly deadLetters: DeadLetterFile
  readonly report: Reporter
  /** Told once for each kind of stream that drifted. */
  readonly onDrift?: (drift: DriftReport) => void
}

export interface OpenWatch extends SchemaWatch {
  /** The streams that the watch was opened with, their schemas those that are registered: what destinations make their tables of. */
  readonly streams: ReadonlyMap<string, StreamInfo>
  /** Looks up kinds of streams that turn up later, before their first page is inspected. Pages of other kinds pass as they are. */
  follow(streams: readonly StreamInfo[]): Promise<void>
}

/** Looks up the schema of every kind of stream, before anything is read. */
export async function openSchemaWatch(streams: readonly StreamInfo[], options: WatchOptions): Promise<OpenWatch> {
  const { registry, connection, contract, deadLetters } = options
  const registered = (await registry.streams()).filter((name) => name.startsWith(schemaName(connection, '')))
  const kinds = new Map<string, StreamWatch>()
  const learn = async ({ kind, schema: declared }: StreamInfo) => {
    const known = await registry.latest(schemaName(connection, kind))
    const isNewTable = known === undefined && registered.length > 0
    // Another account may have brought the kind meanwhile.
    if (!kinds.has(kind)) kinds.set(kind, new StreamWatch({ kind, declared, known, contract: contract(kind), isNewTable, deadLetters }))
  }
  const follow = async (infos: readonly StreamInfo[]) => {
    for (const info of infos) if (!kinds.has(info.kind)) await learn(info)
  }
  await follow(streams)
  const infoOf = (info: StreamInfo): StreamInfo => ({
    ...info,
    schema: withFields(kinds.get(info.kind)?.schema ?? info.schema, info.fields),
  })
  return {
    streams: new Map(streams.map((info) => [info.name, infoOf(info)])),
    follow,
    inspect(page) {
      const watch = kinds.get(page.stream.kind)
      return watch ? watch.inspect(page) : page
    },
    async finish(end) {
      for (const [kind, watch] of kinds) {
        if (end === 'complete') await conclude(kind, watch, options)
        else describe(kind, watch, { ...options, before: await registry.latest(schemaName(connection, kind)), after: undefined })
      }
    },
  }
}

async function conclude(kind: string, watch: StreamWatch, options: WatchOptions): Promise<void> {
  const { registry, connection } = options
  const name = schemaName(connection, kind)
  const schema = watch.conclude()
  const before = await registry.latest(name)
  // A stream that may not be is not registered either.
  const isRefused = before === undefined && watch.discardedRows > 0 && watch.discardedRows === watch.records
  const after = isRefused || before?.fingerprint === fingerprintOf(schema) ? before : await registry.register(name, schema)
  // What every row had is known at the end only. No version moves without a report that says why.
  if (before && after && after.version !== before.version) watch.noticeLate(compareSchemas(before.schema, after.schema))
  describe(kind, watch, { ...options, before, after })
}

interface Versions {
  readonly before: SchemaVersion | undefined
  /** What the run left as the latest; undefined when it registered nothing, as after a failure. */
  readonly after: SchemaVersion | undefined
}

function describe(kind: string, watch: StreamWatch, options: WatchOptions & Versions): void {
  const { contract, deadLetters, report, onDrift } = options
  if (watch.changes.size === 0) return
  const changes = [...watch.changes.values()]
  const versions = versionsText(options)
  const record = changes.find((change) => change.record !== undefined)?.record
  const message = [
    `the schema of ${kind} drifted (${versions}): ${changes.map(changeText).join('; ')}`,
    ...(record === undefined ? [] : [`first row: ${record}`]),
    ...discarded(watch, deadLetters),
  ].join('. ')
  report.log('debug', `drift of ${kind}`, { changes })
  // A frozen schema that lost a field cannot be kept to, although there was nothing to write.
  const isBroken = contract(kind).columns === 'freeze' && changes.some((change) => change.kind === 'removed')
  const error = new ConnectorError('ERR_SCHEMA_DRIFT', message, { context: { stream: kind } })
  if (changes.every(({ kind: of }) => quiet.includes(of))) report.log('info', message, { stream: kind })
  else report.finding({ severity: isBroken ? 'error' : 'warning', error })
  onDrift?.(driftOf(kind, watch, options))
}

/** Nobody has to act on these: a field that is not in every row, other words. */
const quiet: readonly ChangeKind[] = ['required', 'annotation']

function versionsText({ before, after }: Versions): string {
  if (!after) return 'not registered'
  return before && before.version !== after.version ? `version ${before.version} → ${after.version}` : `version ${after.version}`
}

/** Changes written out in a report; `schema diff` has all of them. */
const listed = 50

function driftOf(kind: string, watch: StreamWatch, { before, after, deadLetters }: WatchOptions & Versions): DriftReport {
  const { discardedRows, discardedValues } = watch
  return {
    stream: kind,
    from_version: before?.version ?? null,
    to_version: after?.version ?? null,
    changes_total: watch.changes.size,
    changes: [...watch.changes.values()].slice(0, listed),
    discarded_rows: discardedRows,
    discarded_values: discardedValues,
    ...(discardedRows + discardedValues > 0 ? { dead_letters: deadLetters.path } : {}),
  }
}

function discarded({ discardedRows, discardedValues }: StreamWatch, { path }: DeadLetterFile): readonly string[] {
  if (discardedRows + discardedValues === 0) return []
  return [`${discardedRows} rows and ${discardedValues} values were discarded and are kept in ${path}`]
}
