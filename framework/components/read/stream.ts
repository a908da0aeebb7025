import { defineFamilyWith } from '../../manifest/definition/component.ts'
import type { JsonSchema, StreamState } from '../../protocol/messages.ts'
import type { Cursor } from './cursor.ts'
import type { FileUploader } from './file-uploader.ts'
import type { Retriever } from './retriever.ts'
import type { StateMigration } from './state-migration.ts'
import type { Transformation } from './transformation.ts'

/** A stream of one kind: what the manifest says of it, built. Not yet bound to an account. */
export interface Stream {
  /** `page_insights` */
  readonly name: string
  /** Key paths as the catalog gives them: `[["page_id"], ["metric"], ["end_time"]]`; empty when the source declares none. */
  readonly primaryKey: readonly (readonly string[])[]
  readonly retriever: Retriever
  readonly cursor: Cursor | undefined
  readonly transformations: readonly Transformation[]
  schema(): Promise<JsonSchema>
  /** Brings a state of an earlier version into the form of today; undefined when the manifest names no migration. */
  readonly migrateState: StateMigration | undefined
  /** Fetches the file of each record; undefined for streams without files. */
  readonly files: FileUploader | undefined
  /** Two ways to read it; the stream itself is then the first of them. */
  readonly byState:
    | {
        /** Without a state. */
        readonly full: Stream
        /** With a state. */
        readonly incremental: Stream
        /** The state is too old to continue from; `ways` are both, with the cursors that they are read by. */
        isOutdated(state: StreamState, ways: readonly Stream[]): boolean
      }
    | undefined
  /** Streams that share one of these are never read at the same time. */
  readonly groups: readonly string[]
}
export const Stream = defineFamilyWith<Stream, 'migrateState' | 'files' | 'byState' | 'groups'>('Stream', {
  description: 'A stream of records of one kind.',
  defaults: { migrateState: undefined, files: undefined, byState: undefined, groups: [] },
})
