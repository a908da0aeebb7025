// One process of `npm run bench`: upserts insight rows twice into the destination that the first argument names, or by the bare path.
import { once } from 'node:events'
import { openDestination } from '../destinations/open.ts'
import type { Item, PageItem, Row, StreamInfo } from '../framework/index.ts'

const rows = 100_000
const pageRows = 500
/** A STATE stands behind this many pages, as at the end of a window. */
const pagesPerState = 4

export const insights: StreamInfo = {
  name: 'page_insights__1',
  kind: 'page_insights',
  accountId: '1',
  primaryKey: [['page_id'], ['metric'], ['end_time']],
  cursorField: 'end_time',
  schema: {
    type: 'object',
    properties: {
      page_id: { type: 'string' },
      metric: { type: 'string' },
      period: { type: 'string' },
      end_time: { type: 'string', format: 'date-time' },
      metric_date: { type: 'string', format: 'date' },
      value: { type: ['null', 'number'] },
      value_map: { type: ['null', 'object'] },
    },
  },
}

/** Row `index` of pass `pass`; the same keys in every pass. */
export function insightRow(index: number, pass: number): Row {
  const day = new Date(Date.UTC(2024, 0, 1 + (index % 500)))
  return {
    page_id: String(100_000_000_000_000 + (Math.floor(index / 500) % 10)),
    metric: `metric_${Math.floor(index / 5_000)}`,
    period: 'day',
    end_time: `${day.toISOString().slice(0, 10)}T08:00:00+00:00`,
    metric_date: day.toISOString().slice(0, 10),
    value: index + pass,
  }
}

function* items(pass: number): Generator<Item> {
  for (let start = 0, pages = 1; start < rows; start += pageRows, pages++) {
    const page: PageItem = {
      type: 'page',
      stream: insights,
      rows: Array.from({ length: pageRows }, (_, at) => insightRow(start + at, pass)),
      emittedAt: Date.now(),
    }
    yield page
    if (pages % pagesPerState === 0) yield stateItem(start)
  }
  yield stateItem(rows)
}

function stateItem(at: number): Item {
  const stream = { stream_descriptor: { name: insights.name }, stream_state: { at } }
  return { type: 'message', message: { type: 'STATE', state: { type: 'STREAM', stream } } }
}

async function* from(values: Iterable<Item>, making: { milliseconds: number }): AsyncGenerator<Item> {
  const iterator = values[Symbol.iterator]()
  for (;;) {
    const started = performance.now()
    const { value, done } = iterator.next()
    making.milliseconds += performance.now() - started
    if (done) return
    yield value
  }
}

async function upsert(url: string, pass: number): Promise<number> {
  const destination = await openDestination(url, { stdout: process.stdout, redact: (text) => text })
  await destination.open({ runId: `run-${pass}`, connector: 'bench', connection: 'bench', streams: [insights] })
  const making = { milliseconds: 0 }
  const started = performance.now()
  for await (const _ of destination.write(from(items(pass), making)));
  // The rows are not what is measured, and holding all of them would count as memory of the destination.
  const seconds = (performance.now() - started - making.milliseconds) / 1000
  await destination.close()
  const written = destination.report().rows[insights.name]
  if (written !== rows) throw new Error(`${written} of ${rows} rows were written`)
  return seconds
}

/** Rows handed to the database as fast as its fastest path takes them: arrays for `unnest`, the appender and a merge; no states. */
async function bare(url: string, pass: number): Promise<number> {
  const { barePostgres, bareDuckdb } = await import('./bare-tables.ts')
  const columns = Array.from({ length: rows }, (_, index) => insightRow(index, pass))
  return url.startsWith('duckdb:') ? bareDuckdb(url.slice(7), columns) : barePostgres(url, columns)
}

const [url = '', how = 'destination'] = process.argv.slice(2)
const work = how === 'bare' ? bare : upsert
const seconds = [await work(url, 1), await work(url, 2)]
if (!process.stdout.write(`${JSON.stringify({ rows, seconds })}\n`)) await once(process.stdout, 'drain')
