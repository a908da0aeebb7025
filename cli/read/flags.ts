import { readFileSync } from 'node:fs'
import type { ReadRequest, StateChoice, StreamChoice } from '../../compose/read-request.ts'
import { ConfigError } from '../../framework/errors.ts'
import type { ConfiguredChoice } from '../../framework/runtime/assembly/configured-choice.ts'
import { readConfiguredCatalog } from '../../framework/runtime/read/configured-catalog.ts'
import { type Invocation, text, texts } from '../command.ts'
import { writeRequest } from '../options.ts'
import { seconds, wholeNumber } from '../output/numbers.ts'
import { sessionRequest, type TerminalLog } from '../session.ts'

/** What the flags of `read` ask for. */
export async function readRequest(invocation: Invocation, log: TerminalLog): Promise<ReadRequest> {
  const { options, io } = invocation
  const format = text(options, 'format')
  return {
    ...(await sessionRequest(invocation, log)),
    ...streamChoice(invocation),
    ...stateChoice(invocation),
    output: options['output'] === undefined ? 'stdout' : texts(options, 'output'),
    tables: text(options, 'tables') === 'per_stream' ? 'per_stream' : 'shared',
    ...writeRequest(invocation),
    format: format === 'singer' || format === 'jsonl' ? format : 'airbyte',
    stdout: io.stdout,
    lockTimeout: seconds(options, 'lockTimeout'),
    schemas: text(options, 'schemas'),
    onDrift: texts(options, 'onDrift'),
    deadLetters: text(options, 'deadLetters'),
    from: text(options, 'from'),
    to: text(options, 'to'),
    limit: wholeNumber(options, 'limit'),
    files: text(options, 'files'),
    concurrency: wholeNumber(options, 'concurrency'),
  }
}

export function stateChoice({ options }: Invocation): StateChoice {
  const unknownState = options['ignoreUnknownState'] === true ? 'ignore' : 'refuse'
  return { state: text(options, 'state'), connection: text(options, 'connection'), unknownState }
}

/** Streams of the catalog file, else all that are discovered; narrowed by `--select`. */
export function streamChoice({ options }: Invocation): StreamChoice {
  const file = text(options, 'catalog')
  return {
    catalog: file === undefined ? undefined : catalogChoices(file),
    select: texts(options, 'select').flatMap((value) => value.split(',')),
  }
}

function catalogChoices(file: string): readonly ConfiguredChoice[] {
  return readConfiguredCatalog(parseCatalog(readCatalogFile(file), file), file)
}

function readCatalogFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError('ERR_CATALOG_UNREADABLE', `cannot read catalog ${file}: ${reason}`, { cause })
  }
}

function parseCatalog(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's error quotes the text, and the file named may be the config with its token.
    throw new ConfigError('ERR_CATALOG_UNREADABLE', `cannot read catalog ${file}: it is not valid JSON`)
  }
}
