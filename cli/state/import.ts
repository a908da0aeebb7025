import { readFileSync } from 'node:fs'
import { checkNames, isKnownName, type KnownNames, type StateFile } from '../../compose/state-names.ts'
import type { Stream } from '../../framework/components/read/stream.ts'
import { ConfigError, ConnectorError } from '../../framework/errors.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import type { ConnectionState } from '../../framework/runtime/ports/state-registry.ts'
import { fitState } from '../../framework/runtime/read/fit-state.ts'
import { parseState } from '../../state/airbyte.ts'
import { type Invocation, text } from '../command.ts'
import { readConfigFile } from '../config/config-file.ts'
import { installedConnector } from '../config/installed.ts'
import { ownComponents } from '../config/own-components.ts'
import { withBuilt } from '../schema/declared-streams.ts'
import { connectionOf, leaseFor, openRegistry } from './access.ts'

/**
 * Takes over the states of a file. Names and keys are checked against the streams of the connector; what does not fit is refused, a single
 * stream alone (exit code 1, the others are imported).
 */
export async function importState(invocation: Invocation): Promise<ExitCode> {
  const { options, io } = invocation
  const input = text(options, 'input')
  if (input === undefined) throw new ConfigError('ERR_FLAG_MISSING', 'import needs --input FILE; - is stdin')
  const path = input === '-' ? 'stdin' : input
  const file = { path, parsed: parseState(readInput(input), path) }
  await using registry = await openRegistry(invocation)
  const { connection, connector } = await connectionOf(registry, invocation, 'new')
  await using lease = await leaseFor(registry, { connection, connector, purpose: 'import' })
  await lease.load()
  const { streams, problems } = await fitted(file, connector, invocation)
  if (options['replace'] === true) await lease.replace(streams)
  else await lease.commit(streams)
  for (const problem of problems) io.stderr.write(`not imported: ${problem}\n`)
  io.stderr.write(`imported the state of ${Object.keys(streams).length} streams into connection ${connection}\n`)
  return problems.length > 0 ? 1 : 0
}

interface Fitted {
  readonly streams: ConnectionState
  /** Of streams that are left out. */
  readonly problems: readonly string[]
}

/** What a connector declares: its names, and its streams by kind. */
interface Declared {
  readonly known: KnownNames
  readonly kinds: ReadonlyMap<string, Stream>
}

async function fitted(file: StateFile, connector: string, invocation: Invocation): Promise<Fitted> {
  const { parsed, path } = file
  const isIgnoring = invocation.options['ignoreUnknownState'] === true
  const warn = (message: string) => void invocation.io.stderr.write(`warning: ${message}\n`)
  const declared = await declaredOf(connector, invocation).catch((thrown: unknown) => {
    if (!(thrown instanceof ConnectorError)) throw thrown
    warn(`the state is imported unchecked, the streams of ${connector} cannot be listed: ${thrown.message}`)
    return undefined
  })
  if (declared) checkNames(file, declared.known, { unknownState: isIgnoring ? 'ignore' : 'refuse', warn })
  const streams: Record<string, ConnectionState[string]> = {}
  const problems = [...parsed.unreadable.values()]
  for (const [name, state] of Object.entries(parsed.streams)) {
    const problem = isIgnoring ? undefined : problemOf(name, state, declared)
    if (problem !== undefined) problems.push(problem)
    else if (isIgnoring || !declared || isKnownName(name, declared.known)) streams[name] = state
  }
  if (problems.length > 0 && Object.keys(streams).length === 0 && !isIgnoring) {
    const advice = 'Correct it, or import it all the same with --ignore-unknown-state'
    throw new ConfigError('ERR_STATE_UNKNOWN', `no cursor reads the state in ${path}: ${problems.slice(0, 30).join('; ')}. ${advice}`)
  }
  return { streams, problems }
}

function problemOf(name: string, state: ConnectionState[string], declared: Declared | undefined): string | undefined {
  const kind = declared?.kinds.get(name) ?? declared?.kinds.get(name.slice(0, Math.max(0, name.indexOf('__'))))
  if (!kind) return undefined
  const fit = fitState({ stream: kind, name, partitioned: kind.retriever.partitioned || 'states' in state }, state)
  return 'problem' in fit ? fit.problem : undefined
}

/** The connector of the command line, else the one that the connection belongs to. */
async function declaredOf(connector: string, invocation: Invocation): Promise<Declared | undefined> {
  const { argument, options } = invocation
  const config = text(options, 'config')
  const choice = { config: config === undefined ? {} : readConfigFile(config), components: await ownComponents(invocation) }
  return withBuilt(await installedConnector(invocation, argument ?? connector), choice, ({ streams, broken, dynamic }, manifest) => {
    // Their names are known only once the source was asked.
    if (dynamic.length > 0) return undefined
    const kinds = streams.map(({ name }) => name)
    const names = [...kinds, ...broken.map(({ name }) => name)]
    return {
      known: { names, accountKinds: manifest.discovery === undefined ? [] : kinds },
      kinds: new Map(streams.map((stream) => [stream.name, stream])),
    }
  })
}

function readInput(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError('ERR_STATE_UNREADABLE', `${file} cannot be read: ${reason}`, { cause })
  }
}
