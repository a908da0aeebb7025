import { defineFamily } from '../../manifest/definition/component.ts'
import type { Row } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'

/** Changes the records of a stream, one after the other, after they were filtered. */
export interface Transformation {
  /** Changes the row in place, or returns another one. */
  transform(row: Row, scope: Scope): Row
}
export const Transformation = defineFamily<Transformation>('Transformation', 'Changes records.')
