import type { JsonSchema, SyncMode } from '../../protocol/messages.ts'
import type { WriteMode } from '../ports/stream-write.ts'

/** What a configured catalog says of a stream, beside its name. */
export interface ConfiguredChoice {
  readonly name: string
  /** Path of the cursor field; holds where the manifest lets the catalog choose it. */
  readonly cursorField?: readonly string[]
  /** Its properties are the fields that are written; all are when it has none. */
  readonly schema?: JsonSchema
  /** Paths of the key that rows are merged by; that of the source by default. */
  readonly primaryKey?: readonly (readonly string[])[]
  readonly syncMode?: SyncMode
  readonly write?: WriteMode
  readonly generation?: Generation
}

/**
 * Which refresh of a stream a run belongs to. `minimum` is 0: rows of earlier generations stay. It equals `id`: they give way once the
 * stream is complete.
 */
export interface Generation {
  readonly id: number
  readonly minimum: number
}
