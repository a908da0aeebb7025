import { describe, expect, it } from 'vitest'
import { RecordExtractor } from '../../../../framework/components/extractors/extractor.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/build.ts'
import { testContext } from '../../build.ts'

function extract(expander: Node, body: unknown): readonly unknown[] {
  const record_expander = { expand_records_from_field: ['lines'], ...expander }
  return buildComponent(RecordExtractor, { type: 'DpathExtractor', field_path: ['data'], record_expander }, testContext()).extract(body)
}

const invoice = { id: 1, lines: [{ sku: 'a' }, { sku: 'b' }] }

describe('RecordExpander', () => {
  it.each([
    ['the items of a list', {}, [invoice, { id: 2, lines: [{ sku: 'c' }] }], [{ sku: 'a' }, { sku: 'b' }, { sku: 'c' }]],
    ['those of a single record', {}, invoice, [{ sku: 'a' }, { sku: 'b' }]],
    ['those of several lists', { expand_records_from_field: ['*', 'x'] }, { a: { x: [1] }, b: { x: [2, 3] }, c: 1 }, [1, 2, 3]],
    ['nothing of records without items', {}, [{ id: 1 }, { id: 2, lines: [] }, { id: 3, lines: 'x' }], []],
    [
      'the record itself where it is told to',
      { on_no_records: 'emit_parent' },
      [{ id: 1 }, invoice],
      [{ id: 1 }, { sku: 'a' }, { sku: 'b' }],
    ],
    [
      'items with the record around them',
      { remain_original_record: true },
      { lines: [{ sku: 'a' }, 7] },
      [
        { sku: 'a', original_record: { lines: [{ sku: 'a' }, 7] } },
        { value: 7, original_record: { lines: [{ sku: 'a' }, 7] } },
      ],
    ],
  ])('gives %s', (_, expander, data, rows) => {
    expect(extract(expander, { data })).toEqual(rows)
  })

  it('copies the record around, so that its items share nothing', () => {
    const [first, second] = extract({ remain_original_record: true }, { data: invoice }) as { original_record: object }[]
    expect(first?.original_record).not.toBe(second?.original_record)
  })

  it('needs a path', () => {
    expect(() => extract({ expand_records_from_field: [] }, {})).toThrow("'expand_records_from_field' must name a list")
  })
})
