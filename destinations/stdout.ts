import type { Writable } from 'node:stream'
import { ConnectorError, type Destination, diskAdvice, errnoOf, type Item, StoppedError, withContext } from '../framework/index.ts'
import type { OutputFormat } from './format.ts'

/**
 * Writes lines to a stream, usually stdout. An item is accepted once the stream reports its text as written, so a slow reader
 * slows the run down instead of filling memory, and a STATE is only handed on when it and everything before it left the process.
 * A reader that went away ends the run with StoppedError ERR_OUTPUT_CLOSED.
 */
export function streamDestination(output: Writable, format: OutputFormat, place = 'stdout'): Destination {
  const rows = new Map<string, number>()
  // Failures reach the caller through the callback of the write; without a listener the event would end the process.
  const ignore = () => undefined
  const write = (text: string) => (text === '' ? undefined : written(output, text, place))

  async function* writeAll(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    for await (const item of items) {
      await write(textOf(item, format))
      if (item.type === 'page') rows.set(item.stream.name, (rows.get(item.stream.name) ?? 0) + item.rows.length)
      yield item
    }
  }

  return {
    writes: format.writes,
    readsAhead: true,
    prompt: true,
    async open(run) {
      output.on('error', ignore)
      await write(format.open(run))
    },
    write: writeAll,
    // The stream belongs to the caller and stays open; late errors of it are still no reason to crash.
    close: async () => undefined,
    lost: () => [],
    changes: (stream) => ({ inserted: rows.get(stream) ?? 0, updated: 0 }),
    report: () => ({ rows: Object.fromEntries(rows), places: [place] }),
  }
}

function textOf(item: Item, format: OutputFormat): string {
  if (item.type === 'message') return item.stateKey === undefined ? format.message(item.message) : ''
  try {
    return format.page(item)
  } catch (thrown) {
    throw withContext(thrown, { stream: item.stream.name })
  }
}

function written(output: Writable, text: string, place: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(writeError(error, place)) : resolve()))
  })
}

const closedCodes = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ERR_STREAM_PREMATURE_CLOSE'])

function writeError(cause: Error, place: string): ConnectorError {
  if (closedCodes.has(errnoOf(cause) ?? '')) {
    return new StoppedError('ERR_OUTPUT_CLOSED', `${place} was closed by its reader; what it did not take will be read again`, { cause })
  }
  const message = `${place} cannot be written (${cause.message}); what it did not take will be read again. ${diskAdvice(cause)}`
  return new ConnectorError('ERR_OUTPUT_FAILED', message, { cause })
}
