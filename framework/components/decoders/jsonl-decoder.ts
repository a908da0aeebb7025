import { ConnectorError } from '../../errors.ts'
import { parseJson } from '../../http/json.ts'
import type { HttpResponse } from '../../http/request.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { Decoder } from './decoder.ts'
import { pieceReader } from './text-encoding.ts'

const linesPerBatch = 1000
/** Characters of one line of a file that is read in pieces. */
const longestLine = 64 * 1024 * 1024

export const JsonlDecoder = defineComponent(Decoder, {
  type: 'JsonlDecoder',
  aliases: ['JsonLineParser'],
  summary: 'Reads a body with one JSON value per line. A line that is not JSON is an error.',
  fields: {},
  examples: [{ title: 'JSON lines', manifest: { type: 'JsonlDecoder' } }],
  create: () => ({
    streamed: true,
    piecewise: true,
    async *decode(response) {
      if (response.pieces) return yield* decodePieces(readUtf8(response.pieces()), response)
      let batch: unknown[] = []
      for (const { line, number } of lines(response.text())) {
        batch.push(parseLine(line, number, response))
        if (batch.length < linesPerBatch) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    },
  }),
})

const readUtf8 = pieceReader('utf-8')

/** The values of the lines that each piece completes. */
async function* decodePieces(pieces: AsyncIterable<string>, response: HttpResponse): AsyncGenerator<readonly unknown[]> {
  let rest = ''
  let before = 0
  for await (const piece of pieces) {
    const end = piece.lastIndexOf('\n') + 1
    if (end === 0) {
      rest += piece
      if (rest.length > longestLine)
        throw new ConnectorError('ERR_BODY_NOT_JSON', `line ${before + 1} is longer than ${longestLine} characters`)
      continue
    }
    const found = [...lines(rest + piece.slice(0, end))]
    rest = piece.slice(end)
    yield found.map(({ line, number }) => parseLine(line, before + number, response))
    before += found.at(-1)?.number ?? 0
  }
  yield [...lines(rest)].map(({ line }) => parseLine(line, before + 1, response))
}

function* lines(text: string): Iterable<{ line: string; number: number }> {
  let number = 0
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    number += 1
    const line = text.slice(start, end)
    if (line.trim() !== '') yield { line, number }
    start = end + 1
  }
}

/** Without the parser's error as cause: it quotes the body, unredacted. */
function parseLine(line: string, number: number, { status }: HttpResponse): unknown {
  try {
    return parseJson(line)
  } catch (thrown) {
    if (thrown instanceof ConnectorError) throw thrown
    throw new ConnectorError('ERR_BODY_NOT_JSON', `line ${number} of the body is not valid JSON (${line.length} characters)`, {
      failureType: 'transient_error',
      context: { response: `HTTP ${status}` },
    })
  }
}
