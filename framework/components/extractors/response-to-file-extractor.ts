import { ConfigError, ConnectorError } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import { bodyPieces } from '../../http/transport/body.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, withDefault } from '../../manifest/definition/fields.ts'
import { setOwn } from '../../template/python/dict.ts'
import { readCsvPieces } from '../decoders/csv.ts'
import type { Decoder } from '../decoders/decoder.ts'
import { pieceReader } from '../decoders/text-encoding.ts'
import { unpackPieces } from '../decoders/unpack-pieces.ts'
import { RecordExtractor } from '../read/extractor.ts'

/** Words that the reference's table reader takes for missing values. */
const missingWords: ReadonlySet<string> = new Set([
  ...['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN'],
  ...['<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'],
])
const onlyEmpty: ReadonlySet<string> = new Set([''])

export const ResponseToFileExtractor = defineComponent(RecordExtractor, {
  type: 'ResponseToFileExtractor',
  summary: 'Reads a download as a table of comma-separated values, packed or not, by way of a file: of any size with little memory.',
  fields: {
    preserve_na_values: withDefault(
      boolean({ description: 'Keep texts such as `NA`, `null` and `None`; only empty cells become null then.' }),
      false,
    ),
  },
  examples: [{ title: 'The download of a report', manifest: { type: 'ResponseToFileExtractor', preserve_na_values: true } }],
  create: ({ preserve_na_values }) => ({
    decoder: tableDecoder(preserve_na_values ? onlyEmpty : missingWords),
    extract: () => {
      throw new ConfigError('ERR_MANIFEST_INVALID', "ResponseToFileExtractor belongs in 'download_extractor'")
    },
  }),
})

function tableDecoder(missing: ReadonlySet<string>): Decoder {
  return {
    streamed: true,
    piecewise: true,
    async *decode(response) {
      const unpacked = unpackPieces(bodyPieces(response), ['gzip', 'zlib'])
      let header: readonly string[] | undefined
      for await (const rows of readCsvPieces(withoutNulls(pieceReader(charsetOf(response))(unpacked)), ',')) {
        const [first = [], ...rest] = header ? [[], ...rows] : rows
        const names: readonly string[] = header ?? columnNames(first)
        header = names
        if (rest.length > 0) yield rest.map((cells) => rowOf(names, cells, missing))
      }
    },
  }
}

/** Null bytes are no part of a text; some sources fill their files with them. */
async function* withoutNulls(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of pieces) yield piece.replaceAll('\u0000', '')
}

function charsetOf({ headers }: HttpResponse): string {
  return /charset=["']?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
}

/** A name that comes again gets a number, a column without a name its place: `a`, `a.1`, `Unnamed: 2`. */
function columnNames(cells: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return cells.map((cell, index) => {
    const name = cell === '' ? `Unnamed: ${index}` : cell
    const count = seen.get(name) ?? 0
    seen.set(name, count + 1)
    return count === 0 ? name : `${name}.${count}`
  })
}

function rowOf(names: readonly string[], cells: readonly string[], missing: ReadonlySet<string>): Record<string, unknown> {
  if (cells.length > names.length) {
    const message = `a row of the table has ${cells.length} cells, its header ${names.length}`
    throw new ConnectorError('ERR_CSV_ROW', message, { failureType: 'transient_error' })
  }
  const row: Record<string, unknown> = {}
  for (const [index, name] of names.entries()) {
    const cell = cells[index]
    setOwn(row, name, cell === undefined || missing.has(cell) ? null : cell)
  }
  return row
}
