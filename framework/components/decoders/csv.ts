import { ConnectorError } from '../../errors.ts'

const QUOTE = '"'
/** Characters of one row; a quote that is never closed would otherwise gather the whole file. */
const MAX_ROW = 16 * 1024 * 1024

/**
 * Rows of a CSV text (RFC 4180), cells as text, blank lines left out. Line ends inside quotes become `\n`; a quote inside an
 * unquoted cell is a character like any other. Throws ERR_BODY_TRUNCATED (transient) when the text ends inside quotes.
 */
export function* readCsv(source: string, delimiter: string): Iterable<readonly string[]> {
  const text = source.replace(/\r\n?/g, '\n')
  for (let at = 0; at < text.length; ) {
    const row = rowAt(text, at, delimiter)
    if (!row) throw truncated(at)
    if (!row.blank) yield row.cells
    at = row.end
  }
}

/** The same for a text that comes in pieces: the rows that each piece completes. */
export async function* readCsvPieces(pieces: AsyncIterable<string>, delimiter: string): AsyncGenerator<readonly (readonly string[])[]> {
  let text = ''
  let held = ''
  for await (const piece of pieces) {
    // A line end may be cut in two.
    const whole = held + piece
    held = whole.endsWith('\r') ? '\r' : ''
    text += whole.slice(0, whole.length - held.length).replace(/\r\n?/g, '\n')
    const { rows, end } = completeRows(text, delimiter)
    text = text.slice(end)
    if (text.length > MAX_ROW) throw new ConnectorError('ERR_CSV_ROW', `a row of the table is longer than ${MAX_ROW} characters`)
    if (rows.length > 0) yield rows
  }
  const rest = [...readCsv(text + held, delimiter)]
  if (rest.length > 0) yield rest
}

function completeRows(text: string, delimiter: string): { rows: (readonly string[])[]; end: number } {
  const rows: (readonly string[])[] = []
  let at = 0
  while (at < text.length) {
    const row = rowAt(text, at, delimiter)
    if (!row?.ended) break
    if (!row.blank) rows.push(row.cells)
    at = row.end
  }
  return { rows, end: at }
}

interface CsvRow {
  readonly cells: readonly string[]
  readonly blank: boolean
  /** Where the next row starts. */
  readonly end: number
  /** A line end was seen, so that nothing more belongs to it. */
  readonly ended: boolean
}

/** The row that starts at `start`; undefined when the text ends inside quotes. */
function rowAt(text: string, start: number, delimiter: string): CsvRow | undefined {
  const cells: string[] = []
  for (let at = start; ; at += 1) {
    const cell = text[at] === QUOTE ? quotedCell(text, at, delimiter) : plainCell(text, at, delimiter)
    if (!cell) return undefined
    cells.push(cell.value)
    at = cell.end
    if (text[at] === delimiter && at + 1 < text.length) continue
    if (text[at] === delimiter) cells.push('')
    return { cells, blank: isBlank(cells, cell), end: at + 1, ended: text[at] === '\n' }
  }
}

interface Cell {
  readonly value: string
  /** Of the delimiter or line end behind the cell. */
  readonly end: number
  readonly quoted: boolean
}

function isBlank(row: readonly string[], last: Cell): boolean {
  return row.length === 1 && last.value === '' && !last.quoted
}

function plainCell(text: string, start: number, delimiter: string): Cell {
  const end = endOfCell(text, start, delimiter)
  return { value: text.slice(start, end), end, quoted: false }
}

function quotedCell(text: string, start: number, delimiter: string): Cell | undefined {
  let value = ''
  for (let at = start + 1; ; ) {
    const quote = text.indexOf(QUOTE, at)
    if (quote < 0) return undefined
    value += text.slice(at, quote)
    if (text[quote + 1] === QUOTE) {
      value += QUOTE
      at = quote + 2
      continue
    }
    // What stands between the closing quote and the next delimiter belongs to the cell too.
    const end = endOfCell(text, quote + 1, delimiter)
    return { value: value + text.slice(quote + 1, end), end, quoted: true }
  }
}

function endOfCell(text: string, start: number, delimiter: string): number {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end += 1
  return end
}

function truncated(start: number): ConnectorError {
  const message = `the CSV body ends inside the quotes of the row that starts at character ${start}`
  return new ConnectorError('ERR_BODY_TRUNCATED', message, { failureType: 'transient_error' })
}
