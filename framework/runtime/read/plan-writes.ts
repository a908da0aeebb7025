import { defined } from '../../defined.ts'
import { ConfigError } from '../../errors.ts'
import type { BoundStream } from '../assembly/bound-stream.ts'
import type { WriteAbility } from '../ports/destination.ts'
import type { StreamInfo } from '../ports/items.ts'
import type { ConnectionState } from '../ports/state-registry.ts'
import type { StreamWrite, WriteMode } from '../ports/stream-write.ts'
import { refreshOf, type StreamRefresh } from './refresh.ts'

/** What a run asks of all its streams; what it leaves open a stream's catalog says. */
export interface WriteRequest {
  /** How rows are written, instead of what the catalog says. */
  readonly write?: WriteMode | undefined
  /** Streams are read from their start, whatever their state. */
  readonly fullRefresh?: boolean | undefined
}

export interface PlanContext {
  readonly runId: string
  readonly states: ConnectionState
  /** States are committed to a registry, which then also keeps how far a refresh is. */
  readonly hasRegistry: boolean
  /** A range of its own is read, see `--from`. */
  readonly isBackfill: boolean
  readonly ability: WriteAbility
}

export interface WritePlan {
  readonly streams: readonly BoundStream[]
  readonly refreshes: ReadonlyMap<string, StreamRefresh>
  readonly warnings: readonly string[]
}

/** Decides how each stream is written and where it is read from. Throws ConfigError for what contradicts itself. */
export function planWrites(streams: readonly BoundStream[], request: WriteRequest, context: PlanContext): WritePlan {
  if (context.isBackfill && request.fullRefresh) throw backfillOnly('--full-refresh')
  const warnings: string[] = []
  const refreshes = new Map<string, StreamRefresh>()
  const planned = streams.map((bound) => {
    const wish = wishOf(bound, request, context)
    if (wish.warning !== undefined) warnings.push(wish.warning)
    if (wish.mode === 'replace' && context.isBackfill) throw backfillOnly(`replacing the rows of stream '${bound.info.name}'`)
    const refresh = context.isBackfill ? undefined : refreshFor(bound, wish, { request, context })
    if (refresh) refreshes.set(bound.info.name, refresh)
    const write = writeOf(wish.mode, refresh)
    return write ? { ...bound, info: { ...bound.info, write } } : bound
  })
  return { streams: planned, refreshes, warnings }
}

interface Wish {
  /** undefined leaves it to the destination: merged where there is a key, appended where there is none. */
  readonly mode: WriteMode | undefined
  readonly warning?: string
}

function wishOf(bound: BoundStream, { write }: WriteRequest, { ability, hasRegistry, states }: PlanContext): Wish {
  const { info, configured } = bound
  const asked = ability === 'reader' ? undefined : configured?.write
  const mode = write ?? asked
  if (mode === 'merge' && info.primaryKey.length === 0) throw withoutKey(bound)
  if (write !== undefined || ability === 'reader') return { mode: write }
  const wish = configured?.generation && wishOfGeneration(bound, mode, { hasRegistry, states })
  if (wish) return wish
  if (mode === 'replace' && configured?.syncMode === 'incremental') throw incrementalOverwrite(info.name)
  return { mode }
}

/** What the generation of a stream asks for; undefined where it leaves things as they are. */
function wishOfGeneration(
  { info, configured }: BoundStream,
  mode: WriteMode | undefined,
  { hasRegistry, states }: Pick<PlanContext, 'hasRegistry' | 'states'>,
): Wish | undefined {
  const { id, minimum = 0 } = configured?.generation ?? {}
  if (minimum > 0) {
    const last = hasRegistry ? refreshOf(states, info.name) : undefined
    // Of an incremental stream a refresh is done once; what comes after it is added to its rows.
    const isDone = last?.complete === true && last.generation === id && configured?.syncMode === 'incremental'
    return { mode: isDone ? kept(mode, info) : 'replace' }
  }
  if (mode !== 'replace') return undefined
  const warning = `stream '${info.name}': minimum_generation_id 0 keeps the rows of earlier generations, so 'overwrite' removes none`
  return { mode: kept(mode, info), warning }
}

/** How rows are added to those that are there. */
function kept(mode: WriteMode | undefined, { primaryKey }: StreamInfo): WriteMode | undefined {
  if (mode !== 'replace') return mode
  return primaryKey.length > 0 ? 'merge' : 'append'
}

function refreshFor(
  bound: BoundStream,
  { mode }: Wish,
  { request, context }: { readonly request: WriteRequest; readonly context: PlanContext },
): StreamRefresh | undefined {
  const { info, configured } = bound
  const { hasRegistry, states, ability } = context
  const generation = hasRegistry || ability !== 'reader' ? configured?.generation?.id : undefined
  const known = hasRegistry ? refreshOf(states, info.name) : undefined
  const isRewound = generation !== undefined && known?.generation !== undefined && known.generation !== generation
  const isRefresh =
    request.fullRefresh === true || mode === 'replace' || isRewound || (hasRegistry && configured?.syncMode === 'full_refresh')
  return isRefresh ? begun(bound, { mode, generation, known }, context) : ended(bound, { mode, generation, known }, context)
}

interface Standing {
  readonly mode: WriteMode | undefined
  readonly generation: number | undefined
  readonly known: ReturnType<typeof refreshOf>
}

/** An interrupted refresh that nobody asks for any more is over, and the generation of a stream is remembered. */
function ended({ info }: BoundStream, { generation, known }: Standing, context: PlanContext): StreamRefresh | undefined {
  const isNews = known?.complete === false || (generation !== undefined && known?.generation !== generation)
  if (!context.hasRegistry || !isNews) return undefined
  const state = context.states[info.name]
  return { ...defined({ generation }), id: context.runId, purpose: 'none', state, progress: 'own', isRecorded: true }
}

/** A refresh that starts, or goes on from where one of the same purpose was interrupted. */
function begun(bound: BoundStream, { mode, generation, known }: Standing, context: PlanContext): StreamRefresh {
  const { info, stream } = bound
  const { hasRegistry, states, runId } = context
  const purpose = JSON.stringify([mode ?? 'default', generation ?? null, info.primaryKey, Object.keys(info.schema['properties'] ?? {})])
  const resumed = known?.complete === false && known.purpose === purpose ? known : undefined
  const own = resumedByPlatform(bound, context) ? states[info.name] : undefined
  const id = resumed?.id ?? (generation === undefined ? runId : `generation-${generation}`)
  const isRecorded = hasRegistry && (stream.cursor !== undefined || generation !== undefined)
  const state = resumed?.progress ?? own
  return { ...defined({ generation }), id, purpose, state, progress: hasRegistry ? 'apart' : 'own', isRecorded }
}

/** A platform that keeps the states itself hands on that of an interrupted refresh: it is the one of the same generation. */
function resumedByPlatform({ info, configured }: BoundStream, { hasRegistry, states }: PlanContext): boolean {
  return !hasRegistry && configured?.generation !== undefined && Object.keys(states[info.name] ?? {}).length > 0
}

function writeOf(mode: WriteMode | undefined, refresh: StreamRefresh | undefined): StreamWrite | undefined {
  if (mode !== 'replace') return mode === undefined ? undefined : { mode }
  return { mode, refresh: refresh?.id ?? '', resumed: refresh?.state !== undefined }
}

/** The refreshes without the progress of streams whose rows a destination no longer has: they start over. */
export function startedOver(refreshes: ReadonlyMap<string, StreamRefresh>, lost: readonly string[]): ReadonlyMap<string, StreamRefresh> {
  const gone = new Set(lost)
  return new Map(Array.from(refreshes, ([name, refresh]) => [name, gone.has(name) ? { ...refresh, state: undefined } : refresh]))
}

function withoutKey({ info, stream, configured }: BoundStream): ConfigError {
  const source = stream.primaryKey.map((path) => path.join('.')).join(', ')
  const hidden = configured?.primaryKey ?? (source === '' ? undefined : stream.primaryKey)
  const reason = hidden
    ? `its key (${hidden.map((path) => path.join('.')).join(', ')}) is not among the properties of its json_schema in the catalog`
    : 'it has no primary key'
  const message = `stream '${info.name}' cannot be merged: ${reason}. Name a primary_key in the catalog, or append.`
  return new ConfigError('ERR_WRITE_MODE', message)
}

function incrementalOverwrite(stream: string): ConfigError {
  const message = `stream '${stream}': 'overwrite' with sync_mode 'incremental' would leave only the rows since the last run. Use 'full_refresh', or 'append_dedup'.`
  return new ConfigError('ERR_WRITE_MODE', message)
}

function backfillOnly(what: string): ConfigError {
  return new ConfigError(
    'ERR_FLAG_INVALID',
    `--from and --to read a part of a stream: ${what} needs a read of the whole. Leave one of them out.`,
  )
}
