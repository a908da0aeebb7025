import { type FileReference, fileOf, type Message, type PageItem } from '../framework/index.ts'
import { exactRows } from './exact-numbers.ts'
import { type OutputFormat, type Redact, redacted } from './format.ts'
import { jsonText, rowText } from './json-text.ts'

/** The Airbyte protocol, one message per line. Records are data and are written as they are; messages pass the redactor. */
export function airbyteFormat(redact: Redact): OutputFormat {
  return {
    writes: 'reader',
    open: () => '',
    page: recordLines,
    message: (message) => airbyteLine(message, redact),
  }
}

/** One message of the protocol as a line. A CONTROL message hands the config to the platform and must keep its secrets. */
export function airbyteLine(message: Message, redact: Redact): string {
  return `${jsonText(message.type === 'CONTROL' || message.type === 'RECORD' ? message : redacted(message, redact))}\n`
}

function withFile(file: FileReference | undefined, after: string): string {
  return file ? `${after.slice(0, -3)},"file_reference":${jsonText(file)}}}\n` : after
}

function recordLines(page: PageItem): string {
  const { stream, emittedAt } = page
  const rows = exactRows(page)
  const before = `{"type":"RECORD","record":{"stream":${jsonText(stream.name)},"data":`
  const after = `,"emitted_at":${Math.trunc(emittedAt)}}}\n`
  let text = ''
  if (stream.fileBased)
    for (const [index, row] of rows.entries()) text += before + rowText(row) + withFile(fileOf(page.rows[index] ?? row), after)
  else for (const row of rows) text += before + rowText(row) + after
  return text
}
