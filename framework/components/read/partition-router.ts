import { defineFamilyWith } from '../../manifest/definition/component.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from './requester.ts'

/** States of parent streams by name. */
export type ParentStates = Readonly<Record<string, StreamState>>

/**
 * Key of a parent state that stands for every parent without one of its own: `{ cursor: value }`, the cursor value of a
 * child whose state was written before its parents were read incrementally.
 */
export const everyParent = '*'

/** Whose part of a stream: `{ page_id: '1127…' }`. What is in `values` is written to the state; secrets never are. */
export interface Partition {
  readonly values: Readonly<Record<string, unknown>>
  /** Fields of the parent record that templates may use (`stream_slice.extra_fields`, and as root names in requests). */
  readonly extra: Readonly<Record<string, unknown>>
  /** What every request of this partition carries. */
  readonly parts: RequestParts
  /** More names for templates, such as `account`. Never written anywhere. */
  readonly scope: Scope
  /**
   * States of the parents read incrementally, valid once this partition and all before it are done; the same object while
   * nothing changes. undefined for partitions without parents.
   */
  readonly parents?: ParentStates
  /** The body of the first page, where the parent record already holds it; undefined: it is asked for. */
  readonly firstPage?: unknown
}

/** Divides a stream by what it is read for, such as the records of a parent stream. */
export interface PartitionRouter {
  /** True when partitions are put together by chance, so that a state for each would mean nothing: the stream keeps one for all. */
  readonly grouped: boolean
  /** Lazily: children start while a parent still pages. `parentState` comes from the stream's own state. */
  partitions(scope: Scope, parentState: ParentStates | undefined): AsyncIterable<Partition>
  /**
   * States of the parents after the last partition was handed out. undefined when there are none, and when partitions were
   * asked for more than one scope: then only the partitions themselves know.
   */
  parentState(): ParentStates | undefined
}
export const PartitionRouter = defineFamilyWith<PartitionRouter, 'grouped' | 'parentState'>('PartitionRouter', {
  description: 'Divides a stream into partitions.',
  defaults: { grouped: false, parentState: () => undefined },
})
