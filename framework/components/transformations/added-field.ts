import { defineFamily } from '../../manifest/definition/component.ts'
import type { Row } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'

export interface AddedField {
  readonly path: readonly string[]
  /** The value for a row; `scope` has it as `record`. */
  value(scope: Scope): unknown
  /** Writes the value into the row. */
  set(row: Row, value: unknown): void
}
export const AddedField = defineFamily<AddedField>('AddedField', 'One field that AddFields sets.')
