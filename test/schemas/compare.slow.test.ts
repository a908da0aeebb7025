import { describe, expect, it } from 'vitest'
import { compareSchemas } from '../../schemas/compare.ts'
import { mergeSchemas } from '../../schemas/schema-shape.ts'
import { sharedFolder } from '../shared.ts'
import { foreignSchemas } from './foreign-schemas.ts'

describe.skipIf(!sharedFolder)('compareSchemas for schemas of foreign manifests', () => {
  it('compares each with itself and with the next', { timeout: 180_000 }, () => {
    const schemas = foreignSchemas()
    expect(schemas.length).toBeGreaterThan(1_000)
    for (const [index, one] of schemas.entries()) {
      expect(compareSchemas(one, one)).toEqual([])
      expect(compareSchemas(one, mergeSchemas(one, one))).toEqual([])
      compareSchemas(one, schemas[index + 1] ?? one)
    }
  })
})
