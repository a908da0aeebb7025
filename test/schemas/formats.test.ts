import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DATE, DATE_TIME, formatsOf, hasFormats, URI } from '../../schemas/formats.ts'

describe('formatsOf', () => {
  it.each([
    ['2026-01-02T03:04:05+0000', DATE_TIME],
    ['2026-01-02T03:04:05.123Z', DATE_TIME],
    ['2024-02-29T23:59:59-08:00', DATE_TIME],
    ['2023-02-29T23:59:59Z', 0],
    ['2026-13-02T03:04:05Z', 0],
    ['2026-01-02T24:00:00Z', 0],
    ['2026-01-02T03:04:05.Z', 0],
    ['2026-01-02T03:04:05', 0],
    ['2026-01-02 03:04:05Z', 0],
    ['2024-02-29', DATE],
    ['1900-02-29', 0],
    ['2026-1-2', 0],
    ['18000000000000000123', 0],
    ['https://example.com/a?b=%20#c', URI],
    ['http://localhost:8080', URI],
    ['https://', 0],
    ['https://example.com/a b', 0],
    ['https://example.com/%zz', 0],
    ['httpx', 0],
    ['', 0],
  ])('knows %j', (text, bits) => {
    expect(formatsOf(text)).toBe(bits)
    for (const format of [DATE_TIME, DATE, URI]) expect(hasFormats(text, format)).toBe(format === bits)
  })

  it('finds no format that a validator would deny', () => {
    const ajv = new Ajv()
    const addFormats =
      (ajvFormats as unknown as { default?: (target: Ajv) => void }).default ?? (ajvFormats as unknown as (target: Ajv) => void)
    addFormats(ajv)
    const validators = [
      [DATE_TIME, ajv.compile({ type: 'string', format: 'date-time' })],
      [DATE, ajv.compile({ type: 'string', format: 'date' })],
      [URI, ajv.compile({ type: 'string', format: 'uri' })],
    ] as const
    const near = fc
      .tuple(
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 0, max: 14 }),
        fc.integer({ min: 0, max: 33 }),
        fc.integer({ min: 0, max: 61 }),
      )
      .map(([y, m, d, s]) => {
        const two = (value: number) => String(value).padStart(2, '0')
        return `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}T${two(s % 26)}:${two(s)}:${two(s)}${s % 2 ? 'Z' : `+${two(s % 27)}${two(s)}`}`
      })
    const texts = fc.oneof(
      near,
      near.map((text) => text.slice(0, 10)),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string(),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const bits = formatsOf(text)
        for (const [bit, validate] of validators) if (bits & bit) expect(validate(text)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})
