import type { Node } from '../../manifest/definition/build.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** An entry of the list of streams that yields several of them, or none. */
export interface StreamSet {
  /** Definitions of the streams, types and parameters filled in. */
  readonly nodes: readonly Node[]
}
export const StreamSet = defineFamily<StreamSet>('StreamSet', 'An entry of the list of streams that yields several of them, or none.')
