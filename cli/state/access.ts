import { storageUrl } from '../../compose/storage-url.ts'
import { systemClock } from '../../framework/clock.ts'
import { ConfigError, suggest } from '../../framework/errors.ts'
import { loadManifest } from '../../framework/manifest/manifest.ts'
import type { ConnectionState, StateLease, StateRegistry } from '../../framework/runtime/ports/state-registry.ts'
import { formsText } from '../../framework/url-forms.ts'
import { openStateRegistry } from '../../state/open.ts'
import { stateRegistryForms } from '../../state/url-forms.ts'
import { type Invocation, type OptionValues, text, texts } from '../command.ts'
import { installedConnector } from '../config/installed.ts'
import { secretContextOf } from '../redact.ts'

/** The registry of `--state`, closed when the command is over. */
export async function openRegistry({ options, io }: Invocation): Promise<StateRegistry & AsyncDisposable> {
  const given = text(options, 'state')
  if (given === undefined) throw new ConfigError('ERR_FLAG_MISSING', `name the registry: --state ${formsText(stateRegistryForms)}`)
  const registry = await openStateRegistry(storageUrl(given, secretContextOf(io)), { clock: systemClock, env: io.env })
  return Object.assign(registry, { [Symbol.asyncDispose]: () => registry.close() })
}

/**
 * The connection that is meant and the connector it belongs to: `--connection`, else the product of CONNECTOR, else the only one there
 * is. A connection without a state is taken as meant only where a `new` one may be made, which needs CONNECTOR.
 */
export async function connectionOf(
  registry: StateRegistry,
  { argument, options, io }: Invocation,
  which: 'known' | 'new' | 'any',
): Promise<{ readonly connection: string; readonly connector: string }> {
  const manifest = argument === undefined ? undefined : loadManifest(await installedConnector({ options, io }, argument))
  const named = text(options, 'connection') ?? manifest?.taxonomy?.product ?? manifest?.name
  const known = await registry.connections()
  const connection = named ?? (known.length === 1 ? known[0] : undefined)
  const list = known.length === 0 ? 'the registry is empty' : undefined
  if (connection === undefined) {
    throw new ConfigError('ERR_CONNECTION_MISSING', `name the connection: --connection NAME; ${list ?? `known: ${known.join(', ')}`}`)
  }
  if (known.includes(connection)) {
    const found = await registry.show(connection)
    return { connection, connector: manifest?.id ?? found?.connector ?? '' }
  }
  // Runs are recorded before the first state is.
  if (which === 'any') return { connection, connector: manifest?.id ?? '' }
  if (which === 'new' && manifest) return { connection, connector: manifest.id }
  const advice = which === 'new' ? '; to make a new one, name its CONNECTOR' : ''
  throw new ConfigError(
    'ERR_CONNECTION_UNKNOWN',
    `there is no state of connection ${connection}; ${list ?? suggest(connection, known)}${advice}`,
  )
}

interface LeaseOptions {
  readonly connection: string
  readonly connector: string
  /** Stands in the history as the run. */
  readonly purpose: string
}

export async function leaseFor(
  registry: StateRegistry,
  { connection, connector, purpose }: LeaseOptions,
): Promise<StateLease & AsyncDisposable> {
  const runId = `${new Date(systemClock.now()).toISOString().replace(/[-:.]/g, '')}-${purpose}`
  const lease = await registry.acquire(connection, connector, runId)
  return Object.assign(lease, { [Symbol.asyncDispose]: () => lease.release() })
}

/** Names that `--stream` picks; all without it. Throws ConfigError for a pattern that picks none. */
export function matching(names: readonly string[], options: OptionValues): ReadonlySet<string> {
  const patterns = texts(options, 'stream').flatMap((value) => value.split(','))
  if (patterns.length === 0) return new Set(names)
  const picked = patterns.map((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    const expression = new RegExp(`^${parts.join('.*')}$`, 's')
    const found = names.filter((name) => expression.test(name))
    if (found.length === 0)
      throw new ConfigError('ERR_STREAM_UNKNOWN', `no stream matches '${pattern}'; ${suggest(pattern, names.slice(0, 50))}`)
    return found
  })
  return new Set(picked.flat())
}

export function selectedStreams(streams: ConnectionState, options: OptionValues): ConnectionState {
  const names = matching(Object.keys(streams), options)
  return Object.fromEntries(Object.entries(streams).filter(([name]) => names.has(name)))
}
