import { ConfigError, defined, isObject, parseExactJson, type StateVersion, type StreamState } from '../framework/index.ts'

const format = 'connector-state'
const formatVersion = 1
/** Characters written at once. */
const pieceLength = 256 * 1024

/** What a state file holds beside the states. */
export interface StateHead {
  readonly connection: string
  /** Id of the connector that the states belong to. */
  readonly connector: string
  readonly version: number
  readonly committedAt: string
  readonly runId: string
  /** Fencing token of the lease that wrote it; only where the token is part of the fence. */
  readonly lease?: number
}

export interface StateDocument extends StateVersion {
  readonly connection: string
}

export function versionOf({ connector, version, committedAt, runId, streams }: StateDocument): StateVersion {
  return { connector, version, committedAt, runId, streams }
}

/**
 * The text of a state file, in pieces: JSON that a person can read, with one line per stream so that versions can be compared with `diff`.
 * `streams` maps names to states that are JSON text already.
 */
export function* formatDocument(head: StateHead, streams: ReadonlyMap<string, string>): Generator<string> {
  const fields = {
    format,
    format_version: formatVersion,
    connection: head.connection,
    connector: head.connector,
    version: head.version,
    committed_at: head.committedAt,
    run_id: head.runId,
    ...defined({ lease: head.lease }),
  }
  // In pieces, because the states of many thousand accounts in one text would double the memory of a run.
  let piece = `${JSON.stringify(fields, null, 2).slice(0, -2)},\n  "streams": {`
  let separator = '\n'
  for (const [name, state] of streams) {
    piece += `${separator}    ${JSON.stringify(name)}: ${state}`
    separator = ',\n'
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  yield `${piece}${streams.size === 0 ? '' : '\n  '}}\n}\n`
}

/** Throws ConfigError ERR_STATE_UNREADABLE or ERR_STATE_FORMAT_NEWER, naming the file and the reason. */
export function parseDocument(text: string, path: string): StateDocument {
  const value = parseJson(text, path)
  if (!isObject(value) || value['format'] !== format) throw unreadable(path, 'it is not a state file of this program')
  const found = value['format_version']
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1) throw unreadable(path, 'its format_version is not a number')
  if (found > formatVersion) {
    const message = `${path} has state format ${found}, this version reads up to ${formatVersion}: use the newer version that wrote it`
    throw new ConfigError('ERR_STATE_FORMAT_NEWER', message)
  }
  return {
    connection: textField(value, 'connection', path),
    connector: textField(value, 'connector', path),
    version: versionField(value, path),
    committedAt: textField(value, 'committed_at', path),
    runId: textField(value, 'run_id', path),
    streams: streamsField(value['streams'], path),
  }
}

/** Parses JSON whose loss would mean a full refresh: every defect is a ConfigError that says what is wrong with the file. */
export function parseJson(text: string, path: string): unknown {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (content.trim() === '') throw unreadable(path, 'it is empty')
  try {
    return parseExactJson(content)
  } catch {
    // The parser's error quotes the text: somebody may have named the config with its token by mistake.
    throw unreadable(path, 'it is not valid JSON (cut off or edited?)')
  }
}

export function unreadable(path: string, reason: string, cause?: unknown): ConfigError {
  const advice = 'Repair it, restore an earlier version, or reset the state to read everything again.'
  return new ConfigError('ERR_STATE_UNREADABLE', `the state in ${path} cannot be used: ${reason}. ${advice}`, { cause })
}

/** The states of a mapping of stream names, each of which must be an object. */
export function streamsField(value: unknown, path: string): Record<string, StreamState> {
  if (!isObject(value)) throw unreadable(path, 'it has no mapping of streams to states')
  for (const [name, state] of Object.entries(value)) {
    if (!isObject(state)) throw unreadable(path, `the state of stream ${JSON.stringify(name)} is not an object`)
  }
  return value as Record<string, StreamState>
}

function textField(document: Record<string, unknown>, name: string, path: string): string {
  const value = document[name]
  if (typeof value !== 'string') throw unreadable(path, `${name} is missing`)
  return value
}

function versionField(document: Record<string, unknown>, path: string): number {
  const value = document['version']
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw unreadable(path, 'version is not a positive number')
  return value
}
