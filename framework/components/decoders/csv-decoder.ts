import { ConfigError, ConnectorError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, string, withDefault } from '../../manifest/definition/fields.ts'
import { setOwn } from '../../template/python/dict.ts'
import type { Dialect } from '../../template/template.ts'
import { inBatches } from './batches.ts'
import { readCsv, readCsvPieces } from './csv.ts'
import { Decoder } from './decoder.ts'
import { pieceReader, textReader } from './text-encoding.ts'

export const CsvDecoder = defineComponent(Decoder, {
  type: 'CsvDecoder',
  summary: 'Reads a table of comma-separated values: one body per row, named by the header row, every value a text.',
  aliases: ['CsvParser'],
  fields: {
    encoding: withDefault(string({ description: 'The encoding of the text.' }), 'utf-8'),
    delimiter: withDefault(string({ description: 'Separator between cells; `\\t` for a tab.' }), ','),
    set_values_to_none: optional(
      list(string({ description: 'A text.' }), { description: 'Cells with these texts become null.', examples: [['', 'NULL']] }),
    ),
  },
  examples: [{ title: 'A table with tabs', manifest: { type: 'CsvDecoder', delimiter: '\\t', set_values_to_none: ['NULL'] } }],
  create: ({ encoding, delimiter: written, set_values_to_none = [] }, { dialect }) => {
    const read = textReader(encoding)
    const readPieces = pieceReader(encoding)
    const delimiter = delimiterOf(written)
    const nulls = new Set(set_values_to_none)
    return {
      streamed: true,
      piecewise: true,
      async *decode(response) {
        const name = namer(nulls, dialect)
        if (!response.pieces) return yield* inBatches(name(readCsv(read(response.body), delimiter)))
        for await (const rows of readCsvPieces(readPieces(response.pieces()), delimiter)) yield* inBatches(name(rows))
      },
    }
  },
})

/** Names the cells of rows; the first row that it is given is the header. */
function namer(nulls: ReadonlySet<string>, dialect: Dialect): (rows: Iterable<readonly string[]>) => Iterable<unknown> {
  let header: readonly string[] | undefined
  let number = 0
  return function* (rows) {
    for (const cells of rows) {
      number += 1
      if (!header) header = cells
      else yield rowOf(header, cells, { nulls, dialect, number })
    }
  }
}

interface RowOptions {
  readonly nulls: ReadonlySet<string>
  readonly dialect: Dialect
  readonly number: number
}

/** A short row has nulls at its end. Cells beyond the header are a mistake of ours, and a list under `null` in foreign manifests. */
function rowOf(header: readonly string[], cells: readonly string[], { nulls, dialect, number }: RowOptions): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [index, name] of header.entries()) {
    const cell = cells[index]
    setOwn(row, name, cell === undefined || nulls.has(cell) ? null : cell)
  }
  if (cells.length <= header.length) return row
  if (dialect === 'native') {
    const message = `row ${number} of the table has ${cells.length} cells, its header ${header.length}`
    throw new ConnectorError('ERR_CSV_ROW', message, { failureType: 'transient_error' })
  }
  row['null'] = cells.slice(header.length)
  return row
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' }

function delimiterOf(written: string): string {
  const delimiter = written.replace(
    /^\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([tnr\\]))$/i,
    (...[, byte, unit = '', letter]: (string | undefined)[]) =>
      letter === undefined ? String.fromCharCode(Number.parseInt(byte ?? unit, 16)) : (escapes[letter] ?? letter),
  )
  if (delimiter.length === 1 && !'"\n\r'.includes(delimiter)) return delimiter
  throw new ConfigError('ERR_MANIFEST_INVALID', `'delimiter' must be one character, found ${JSON.stringify(written)}`)
}
