import { ConnectorError } from '../../errors.ts'

const QUOTE = '"'

/**
 * Rows of a CSV text (RFC 4180), cells as text, blank lines left out. Line ends inside quotes become `\n`; a quote inside an
 * unquoted cell is a character like any other. Throws ERR_BODY_TRUNCATED (transient) when the text ends inside quotes.
 */
export function* readCsv(source: string, delimiter: string): Iterable<readonly string[]> {
  const text = source.replace(/\r\n?/g, '\n')
  let row: string[] = []
  for (let at = 0; at < text.length; ) {
    const cell = text[at] === QUOTE ? quotedCell(text, at, delimiter) : plainCell(text, at, delimiter)
    row.push(cell.value)
    at = cell.end
    if (text[at] === delimiter && at + 1 === text.length) row.push('')
    if (text[at] !== delimiter || at + 1 >= text.length) {
      if (!isBlank(row, cell)) yield row
      row = []
    }
    at += 1
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

function quotedCell(text: string, start: number, delimiter: string): Cell {
  let value = ''
  for (let at = start + 1; ; ) {
    const quote = text.indexOf(QUOTE, at)
    if (quote < 0) throw truncated(start)
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
  const message = `the CSV body ends inside the quotes that open at character ${start}`
  return new ConnectorError('ERR_BODY_TRUNCATED', message, { failureType: 'transient_error' })
}
