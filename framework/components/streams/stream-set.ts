import type { Node } from '../../manifest/definition/build.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** Stands in the list of streams for several of them, or for none. */
export interface StreamSet {
  /** Definitions of the streams, types and parameters filled in. */
  readonly nodes: readonly Node[]
}
export const StreamSet = defineFamily<StreamSet>('StreamSet', 'Stands in the list of streams for several of them, or for none.')
