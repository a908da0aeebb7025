import type { Item, PageItem } from '../ports/items.ts'
import type { RunReporter } from './run-reporter.ts'

/** Compares what is read with the schemas that are known. */
export interface SchemaWatch {
  /**
   * The page as it is written: without what a contract discards, with the schema that it needs. undefined when no row is left. Throws
   * ConnectorError ERR_SCHEMA_FROZEN before a row that a frozen schema does not have.
   */
  inspect(page: PageItem): PageItem | undefined
  /**
   * Reports what changed, once per run and stream, and registers what was learned. Called once. After a failure nothing is registered:
   * the next run sees the same again.
   */
  finish(end: 'complete' | 'failed'): Promise<void>
}

/** The stage between reading and writing that watches for drift; without a watch items pass as they are, at no cost. */
export async function* observeDrift(items: AsyncIterable<Item>, watch: SchemaWatch | undefined, report: RunReporter): AsyncGenerator<Item> {
  if (!watch) {
    yield* items
    return
  }
  let isOver = false
  try {
    for await (const item of items) {
      const passed = item.type === 'page' ? watch.inspect(item) : item
      if (passed) yield passed
    }
    // The read is over: what is found from now on continues from here.
    const late: Item[] = []
    report.attach((item) => late.push(item))
    isOver = true
    await watch.finish('complete')
    yield* late
  } finally {
    if (!isOver) await finishAfterFailure(watch, report)
  }
}

/** What ended the run counts more than what happens now. */
async function finishAfterFailure(watch: SchemaWatch, report: RunReporter): Promise<void> {
  try {
    await watch.finish('failed')
  } catch (thrown) {
    report.log('error', `what was learned of the schemas cannot be reported: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}
