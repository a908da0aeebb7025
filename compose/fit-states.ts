import { ConfigError } from '../framework/errors.ts'
import type { BrokenStream } from '../framework/manifest/broken-stream.ts'
import type { ListedStream } from '../framework/runtime/assembly/bound-stream.ts'
import type { ConnectionState } from '../framework/runtime/ports/state-registry.ts'
import type { CatalogMatch } from '../framework/runtime/read/catalog-match.ts'
import { fitState } from '../framework/runtime/read/fit-state.ts'
import type { Session } from './session.ts'
import { checkNames, listed, type StateFile, type UnknownState } from './state-names.ts'

/** A state that came with the run: from a file, or from a registry that this program wrote. */
export interface GivenState {
  readonly streams: ConnectionState
  /** Undefined for a registry. */
  readonly file?: StateFile
}

interface Fitted<S extends ListedStream> {
  readonly catalog: CatalogMatch<S>
  readonly streams: ConnectionState
}

/**
 * Brings states and streams together before anything is read. A stream whose state in a file its cursor cannot read is broken: it fails and
 * the others are read. Throws ConfigError ERR_STATE_UNKNOWN for a file that names no stream of the connection, or whose states no cursor
 * reads; with `ignore` those are warnings, and such streams are read from their start.
 */
export async function fitStates<S extends ListedStream>(
  { connector, report }: Session,
  { catalog, state }: { readonly catalog: CatalogMatch<S>; readonly state: GivenState },
  unknownState: UnknownState = 'refuse',
): Promise<Fitted<S>> {
  const warn = (message: string) => report.log('warn', message)
  const { file } = state
  if (file) checkNames(file, await knownNames(connector), { unknownState, warn })
  const { problems, fitted } = fitAll(catalog.streams, state, warn)
  const affected = catalog.streams.filter(({ info }) => problems.has(info.name))
  const streams = { ...state.streams, ...Object.fromEntries(fitted) }
  if (affected.length === 0) return { catalog, streams }
  if (!file || unknownState === 'ignore') {
    for (const { info } of affected) warn(`${problems.get(info.name)}. The stream is read from its start`)
    if (!file) return { catalog, streams }
    return { catalog, streams: Object.fromEntries(Object.entries(streams).filter(([name]) => !problems.has(name))) }
  }
  const errors = affected.map(({ info }) => broken(info.name, `${problems.get(info.name)}. ${advice}`))
  if (fitted.size === 0)
    throw new ConfigError(
      'ERR_STATE_UNKNOWN',
      unreadableText(
        file.path,
        affected.map(({ info }) => problems.get(info.name) ?? ''),
      ),
    )
  const readable = catalog.streams.filter(({ info }) => !problems.has(info.name))
  return { catalog: { ...catalog, streams: readable, broken: [...(catalog.broken ?? []), ...errors] }, streams }
}

/** States that their streams can read, and what is wrong with the others. */
function fitAll(streams: readonly ListedStream[], state: GivenState, warn: (message: string) => void) {
  const problems = new Map(state.file?.parsed.unreadable)
  const fitted = new Map<string, ConnectionState[string]>()
  for (const bound of streams) {
    const { name } = bound.info
    const given = own(state.streams, name)
    if (!given) continue
    const fit = fitState({ ...bound, name }, given)
    if ('problem' in fit) problems.set(name, fit.problem)
    else fitted.set(name, fit.state)
    if ('unused' in fit) warn(`the state of stream '${name}' is not used: the stream has no cursor and is read as a whole`)
  }
  return { problems, fitted }
}

async function knownNames(connector: Session['connector']) {
  const names = (await connector.listed()).map(({ info }) => info.name)
  const accountKinds = (await connector.accounts()) ? connector.kinds : []
  return { names: [...names, ...connector.broken.map(({ name }) => name)], accountKinds }
}

const own = (streams: ConnectionState, name: string) => (Object.hasOwn(streams, name) ? streams[name] : undefined)

const advice = 'Correct it, or read such streams from their start with --ignore-unknown-state'

const unreadableText = (path: string, problems: readonly string[]): string =>
  `no cursor reads the state in ${path}: ${listed(problems, '; ')}. ${advice}`

const broken = (name: string, message: string): BrokenStream => ({ name, error: new ConfigError('ERR_STATE_UNREADABLE', message) })
