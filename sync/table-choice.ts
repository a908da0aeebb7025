import type { JsonSchema, Row } from '../framework/index.ts'

/** Where the rows of a stream go, and how they look there. */
export interface TableChoice {
  readonly kind: string
  readonly primaryKey: readonly (readonly string[])[]
  readonly schema: JsonSchema
  /** `at` is when the row was read, epoch milliseconds. */
  row(row: Row, at: number): Row
}
