import fc from 'fast-check'
import { describe, it } from 'vitest'
import { readSchemaName, schemaName } from '../../../../framework/runtime/ports/schema-registry.ts'

describe('schemaName', () => {
  it('tells every connection and kind apart', () => {
    const part = fc.oneof(fc.constantFrom('a.b', 'a', '%2E', '%', '.', '%25'), fc.string())
    fc.assert(
      fc.property(part, part, (connection, kind) => {
        const read = readSchemaName(schemaName(connection, kind))
        return read.connection === connection && read.kind === kind
      }),
    )
  })
})
