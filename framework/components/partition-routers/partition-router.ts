import { defineFamily } from '../../manifest/component.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from '../requesters/requester.ts'

/** Whose part of a stream: `{ page_id: '1127…' }`. What is in `values` is written to the state; secrets never are. */
export interface Partition {
  readonly values: Readonly<Record<string, unknown>>
  /** Fields of the parent record that templates may use (`stream_slice.extra_fields`, and as root names in requests). */
  readonly extra: Readonly<Record<string, unknown>>
  /** What every request of this partition carries. */
  readonly parts: RequestParts
  /** More names for templates, such as `account`. Never written anywhere. */
  readonly scope: Scope
}

export interface PartitionRouter {
  /** Lazily: children start while a parent still pages. `parentState` comes from the stream's own state. */
  partitions(scope: Scope, parentState: Readonly<Record<string, StreamState>> | undefined): AsyncIterable<Partition>
  /** State of parents read incrementally, as far as every partition handed out is done; undefined when there is none. */
  parentState?(): Readonly<Record<string, StreamState>> | undefined
}
export const PartitionRouter = defineFamily<PartitionRouter>('PartitionRouter', 'Divides a stream into partitions.')
