import type { PageItem } from '../framework/index.ts'
import { exactRows } from './exact-numbers.ts'
import type { OutputFormat } from './format.ts'
import { jsonText, rowText } from './json-text.ts'

/**
 * Plain records for tools such as jq: `{"_stream": "posts__17", …the fields of the record}`, one per line and nothing else.
 * `_stream` tells the streams apart; STATE, LOG and TRACE have no line here (logs go to stderr, state to a registry).
 */
export function jsonlFormat(): OutputFormat {
  return { writes: 'reader', open: () => '', page: plainLines, message: () => '' }
}

function plainLines(page: PageItem): string {
  const before = `{"_stream":${jsonText(page.stream.name)}`
  let text = ''
  for (const row of exactRows(page)) {
    const fields = rowText(row)
    text += fields === '{}' ? `${before}}\n` : `${before},${fields.slice(1)}\n`
  }
  return text
}
