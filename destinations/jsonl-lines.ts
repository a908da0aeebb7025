import type { PageItem } from '../framework/index.ts'
import { exactRows } from './exact-numbers.ts'
import { keepOnOneLine, rowText } from './json-text.ts'

/** The rows of a page as lines of a file: their fields, `_synced_at` (UTC, when the page was read) and `_run_id`. */
export function pageLines(page: PageItem, runId: string): string {
  const after = `"_synced_at":"${new Date(page.emittedAt).toISOString()}","_run_id":${JSON.stringify(runId)}}\n`
  let text = ''
  for (const row of exactRows(page)) {
    const fields = rowText(
      Object.hasOwn(row, '_synced_at') || Object.hasOwn(row, '_run_id') ? { ...row, _synced_at: undefined, _run_id: undefined } : row,
    )
    text += fields === '{}' ? `{${after}` : `${fields.slice(0, -1)},${after}`
  }
  return keepOnOneLine(text)
}
