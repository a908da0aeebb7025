import { ConfigError } from '../../errors.ts'
import { describe } from '../../manifest/definition/build.ts'
import type { Field } from '../../manifest/definition/component.ts'
import { type FieldOptions, list } from '../../manifest/definition/fields.ts'

/** A path of keys and list indices, both kept as text. */
export function path(options: FieldOptions): Field<readonly string[]> {
  return list(segment, options)
}

const segment: Field<string> = {
  schema: { type: ['string', 'integer'], description: 'A key or a list index.' },
  optional: false,
  build: (node) => {
    if (typeof node === 'string' || Number.isInteger(node)) return String(node)
    throw new ConfigError('ERR_MANIFEST_INVALID', `expected a key or an index, found ${describe(node)}`)
  },
}
