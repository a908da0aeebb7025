import { defineFamily } from '../../manifest/definition/component.ts'
import type { Row } from '../../protocol/messages.ts'
import type { RequestOption } from '../read/request-option.ts'
import type { Stream } from '../read/stream.ts'

/** A stream whose records divide another one. */
export interface ParentStream {
  readonly stream: Stream
  /** Name of the partition value. */
  readonly field: string
  /** The partition value of a parent record; undefined when it has none. */
  valueOf(row: Row): unknown
  /** The partition value where it is a whole number that JavaScript would round; undefined for every other one. */
  integerOf(row: Row): bigint | undefined
  /** Further fields of the parent record for templates, by dotted path; null where the record lacks them. */
  extraOf(row: Row): Readonly<Record<string, unknown>>
  /** The first page of the child that the parent record holds; undefined where none is looked for. */
  firstPageOf?(row: Row): unknown
  readonly option: RequestOption | undefined
  /** The parent is read from where the child's last run left it. */
  readonly incremental: boolean
}
export const ParentStream = defineFamily<ParentStream>('ParentStream', 'A stream whose records divide another one.')
