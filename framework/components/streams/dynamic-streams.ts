import type { Node } from '../../manifest/definition/build.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** Streams whose number and names are known only once something was asked: the config, or the source. */
export interface DynamicStreams {
  readonly name: string | undefined
  /** Definitions of the streams, types and parameters filled in. */
  definitions(signal?: AbortSignal): AsyncIterable<Node>
}
export const DynamicStreams = defineFamily<DynamicStreams>('DynamicStreams', 'Streams made of a template when a run starts.')
