import { describe, expect, it } from 'vitest'
import { RecordExtractor } from '../../../../framework/components/read/extractor.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
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
    ['the record itself on request', { on_no_records: 'emit_parent' }, [{ id: 1 }, invoice], [{ id: 1 }, { sku: 'a' }, { sku: 'b' }]],
    [
      'items with the record around them',
      { remain_original_record: true },
      { lines: [{ sku: 'a' }, 7] },
      [
        { sku: 'a', original_record: { lines: [{ sku: 'a' }, 7] } },
        { value: 7, original_record: { lines: [{ sku: 'a' }, 7] } },
      ],
    ],
    [
      'items with fields of the record around them',
      {
        parent_fields: [
          { parent_path: ['id'], record_path: ['invoice', 'id'] },
          { parent_path: ['none'], record_path: ['sku'] },
        ],
      },
      { id: 1, lines: [{ sku: 'a' }, 7] },
      [
        { sku: null, invoice: { id: 1 } },
        { value: 7, sku: null, invoice: { id: 1 } },
      ],
    ],
    [
      'items inside the record around them, without the list',
      { merge_parent: true, expand_records_from_field: ['lines', 'data'] },
      { id: 1, sku: 'x', lines: { more: true, data: [{ sku: 'a' }, { id: 2 }] } },
      [
        { id: 1, sku: 'a', lines: { more: true } },
        { id: 2, sku: 'x', lines: { more: true } },
      ],
    ],
    [
      'everything at once, in this order',
      { merge_parent: true, parent_fields: [{ parent_path: ['id'], record_path: ['sku'] }], remain_original_record: true },
      { id: 1, lines: [{ sku: 'a' }] },
      [{ id: 1, sku: 1, original_record: { id: 1, lines: [{ sku: 'a' }] } }],
    ],
  ])('gives %s', (_, expander, data, rows) => {
    expect(extract(expander, { data })).toEqual(rows)
  })

  it('copies the record around, so that its items share nothing', () => {
    const [first, second] = extract({ remain_original_record: true }, { data: invoice }) as { original_record: object }[]
    expect(first?.original_record).not.toBe(second?.original_record)
  })

  it('leaves the body as it came', () => {
    const body = { data: { id: 1, meta: { a: 1 }, lines: [{ sku: 'a' }] } }
    const [row] = extract({ merge_parent: true, parent_fields: [{ parent_path: ['meta'], record_path: ['m'] }] }, body) as [
      { meta: { a: number }; m: { a: number } },
    ]
    row.meta.a = 2
    row.m.a = 3
    expect(body).toEqual({ data: { id: 1, meta: { a: 1 }, lines: [{ sku: 'a' }] } })
  })

  it.each([
    [{ parent_path: ['*'], record_path: ['a'] }, "parent_path must name one field, not '*'"],
    [{ parent_path: ['a'], record_path: [] }, "record_path must name one field, not ''"],
  ])('refuses the field %o', (field, message) => {
    expect(() => extract({ parent_fields: [field] }, {})).toThrow(message)
  })

  it('says where an item has no room for a field', () => {
    const parent_fields = [{ parent_path: ['id'], record_path: ['sku', 'id'] }]
    expect(() => extract({ parent_fields }, { data: invoice })).toThrow('cannot set sku.id')
  })

  it('needs a path', () => {
    expect(() => extract({ expand_records_from_field: [] }, {})).toThrow("'expand_records_from_field' must name a list")
  })
})
