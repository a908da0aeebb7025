// Part of `npm run bench`: what inference costs per record of a known shape.
import type { Row } from '../framework/index.ts'
import { Inference } from '../schemas/infer.ts'

const records = 100_000

const insight = (index: number): Row => ({
  page_id: String(100_000_000_000_000 + (index % 10)),
  metric: `metric_${index % 20}`,
  period: 'day',
  end_time: '2026-01-02T08:00:00+00:00',
  metric_date: '2026-01-02',
  value: index,
})

const post = (index: number): Row => ({
  id: `1_${index}`,
  message: index % 7 ? `post number ${index}` : null,
  created_time: '2026-01-02T03:04:05+0000',
  permalink_url: `https://www.facebook.com/12345/posts/${index}`,
  is_published: true,
  shares: { count: index },
  ratio: index % 3 ? index : index + 0.5,
  attachments: [{ media_type: 'photo', url: `https://cdn.example.com/a/b/${index}` }],
  tags: ['a', 'b'],
  from: { id: '1', name: 'x' },
  day: '2026-01-02',
})

/** Microseconds per record, the median of five passes. */
function cost(rowOf: (index: number) => Row): number {
  const rows = Array.from({ length: records }, (_, index) => rowOf(index))
  const passes = Array.from({ length: 5 }, () => {
    const inference = new Inference()
    const started = performance.now()
    for (const row of rows) if (!inference.knows(row)) inference.learn(row)
    return ((performance.now() - started) * 1_000) / records
  })
  return passes.sort((a, b) => a - b)[2] ?? 0
}

/** Lines for the report. */
export function inferenceCosts(): readonly string[] {
  const line = (title: string, rowOf: (index: number) => Row) => `schema inference, ${title}: ${cost(rowOf).toFixed(2)} µs per record`
  return [line('insight rows of 6 fields', insight), line('posts of 11 fields, nested, 2 addresses', post)]
}
