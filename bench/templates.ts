import { readFileSync } from 'node:fs'
import { compileTemplate } from '../framework/template/template.ts'

/** An expression as manifests in use write it; S is a text, # a number, F a name. Counted over 447 manifests. */
interface Shape {
  readonly shape: string
  readonly manifests: number
  readonly occurrences: number
  readonly template: string
}

const shapes: readonly Shape[] = JSON.parse(readFileSync(new URL('./template-shapes.json', import.meta.url), 'utf8'))
const noon = Date.UTC(2026, 0, 15, 12)
const slice = {
  project: 'p-17',
  start_time: '2026-01-01',
  end_time: '2026-01-31',
  range: { start: 1, end: 2 },
  parent_slice: { project: 'p-1' },
}
const scope = {
  config: {
    api_key: 'sandbox-key',
    credentials: { token: 'sandbox-token' },
    region: 'eu',
    page_size: 50,
    start_date: '2026-01-01T00:00:00Z',
    fields: ['id', 'name', 'owner'],
    with_archive: false,
  },
  parameters: { path: 'items' },
  stream_slice: slice,
  stream_partition: slice,
  stream_interval: slice,
  response: { cursor: 'c-2', total: 3, next: {}, meta: { cursor: 'c-2', paging: { next: 'c-3' } } },
  headers: { link: { next: { url: 'https://api.example.com/2' } } },
  record: { id: 7, owner: { id: 'o-1' } },
  last_record: { id: 7 },
}

/** A macro of the calendar does more than look something up. */
const isDated = ({ template }: Shape) => /now_utc|today_utc|format_datetime|duration/.test(template)
const LIMIT_NS = 1_000

/** Nanoseconds of one evaluation: the best of several rounds, which other work on the machine disturbs least. */
function nanoseconds(template: string): number {
  const compiled = compileTemplate(template, { dialect: 'airbyte', now: () => noon })
  const rounds = 60
  const times = 2_000
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint()
    for (let index = 0; index < times; index++) compiled.evaluate(scope)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / times)
  }
  return best
}

/** The most frequent expressions, each compiled once and evaluated again and again. Fails when one that names no date takes longer than it may. */
export async function templates(): Promise<void> {
  const measured = shapes.map((entry) => ({ ...entry, ns: nanoseconds(entry.template) }))
  console.log('| expression | manifests | places | ns |')
  console.log('|---|--:|--:|--:|')
  for (const { shape, manifests, occurrences, ns } of measured) {
    console.log(`| \`${shape}\` | ${manifests} | ${occurrences.toLocaleString('en')} | ${Math.round(ns).toLocaleString('en')} |`)
  }
  const places = measured.reduce((sum, { occurrences }) => sum + occurrences, 0)
  const mean = measured.reduce((sum, { occurrences, ns }) => sum + occurrences * ns, 0) / places
  console.log(`\n${measured.length} expressions, ${Math.round(mean)} ns on average by places`)
  const slow = measured.filter((entry) => !isDated(entry) && entry.ns > LIMIT_NS)
  if (slow.length > 0)
    throw new Error(`slower than ${LIMIT_NS} ns: ${slow.map(({ shape, ns }) => `${shape} ${Math.round(ns)}`).join(', ')}`)
}
