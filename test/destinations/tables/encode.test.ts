import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ColumnType } from '../../../destinations/tables/column-type.ts'
import { encode, misfit } from '../../../destinations/tables/encode.ts'

const utc = '2026-01-01T08:00:00+00:00'
const cases: readonly (readonly [ColumnType, unknown, unknown])[] = [
  ['text', 'a', 'a'],
  ['text', 'a\ud800b', 'a\ufffdb'],
  ['text', 5, '5'],
  ['text', { a: 1 }, '{"a":1}'],
  ['text', null, null],
  ['text', undefined, null],
  ['bigint', 5, '5'],
  ['bigint', -0, '0'],
  ['bigint', 2 ** 53, misfit],
  ['bigint', 2n ** 63n - 1n, '9223372036854775807'],
  ['bigint', 2n ** 63n, misfit],
  ['bigint', '17', '17'],
  ['bigint', '017', misfit],
  ['bigint', 1.5, misfit],
  ['bigint', true, misfit],
  ['numeric', 1.5, '1.5'],
  ['numeric', Number.POSITIVE_INFINITY, misfit],
  ['numeric', 10n ** 30n, `1${'0'.repeat(30)}`],
  ['numeric', '1e5', misfit],
  ['double', 0.1, '0.1'],
  ['double', 2n ** 53n + 1n, misfit],
  ['double', 2n ** 60n, '1152921504606846976'],
  ['boolean', false, 'false'],
  ['boolean', 'false', misfit],
  ['date', '2024-02-29', '2024-02-29'],
  ['date', '2023-02-29', misfit],
  ['date', '1900-02-29', misfit],
  ['date', '0000-01-01', '0000-01-01'],
  ['date', '20260102', '2026-01-02'],
  ['date', '2026-01-02T00:00:00Z', misfit],
  ['date', '2026-13-01', misfit],
  ['timestamptz', '2026-01-01T08:00:00Z', utc],
  ['timestamptz', '2026-01-01T08:00:00+0000', utc],
  ['timestamptz', '2026-01-01 08:00:00.000', utc],
  ['timestamptz', '2026-01-01T00:00:00-08:00', utc],
  ['timestamptz', '2026-01-01T13:30+05:30', utc],
  ['timestamptz', '2026-01-01T08:00:00.123456Z', '2026-01-01T08:00:00.123456+00:00'],
  ['timestamptz', '2026-01-01T08:00:00.1234567Z', '2026-01-01T08:00:00.123456+00:00'],
  ['timestamptz', '2026-01-01', '2026-01-01T00:00:00+00:00'],
  ['timestamptz', '2026-02-30T00:00:00Z', misfit],
  ['timestamptz', 1767254400, misfit],
  ['timestamp', '2026-01-01T08:00', '2026-01-01T08:00:00'],
  ['timestamp', '2026-01-01T08:00:00Z', misfit],
  ['jsonb', 'a', '"a"'],
  ['jsonb', ['\ud800', '\\ud800', '👍'], '["\\ufffd","\\\\ud800","👍"]'],
  ['jsonb', { big: 2n ** 64n }, '{"big":18446744073709551616}'],
]

describe('encode', () => {
  it.each(cases.map((entry) => [inspect(entry), ...entry] as const))('takes %s', (_title, type, value, expected) => {
    expect(encode(type, value)).toBe(expected)
  })
})
