import type { Requester } from '../../../framework/components/read/requester.ts'
import type { BuildContext } from '../../../framework/manifest/definition/component.ts'
import { type CallFrame, GraphCalls } from '../../meta/graph/graph-calls.ts'
import type { RefusedFields } from '../../meta/graph/graph-fields-requester.ts'
import { ItemInsights } from '../../meta/insights/item-insights.ts'
import type { GraphObject } from '../../meta/metrics/catalogue.ts'
import type { MediaHub, MediaStream } from './hub.ts'
import type { MediaMetrics } from './metrics.ts'
import type { MediaItem } from './page.ts'

/** The built fields of the media retriever, and what follows from them. */
export interface MediaSettings {
  readonly emit: MediaStream
  readonly requester: Requester
  readonly fields: readonly string[]
  readonly object: GraphObject
  readonly account_field: string
  readonly item_field: string
  readonly context: BuildContext
  readonly hub: MediaHub
  readonly refused: RefusedFields
  readonly media: MediaMetrics
  readonly windowDays: number
  readonly sweepDays: number
}

/** Calls that the requester gathers into batches itself, together with those of other streams. */
export function callsOf({ requester }: MediaSettings, frame: CallFrame): GraphCalls {
  return new GraphCalls({ single: requester, batch: undefined, authenticator: undefined }, frame)
}

export interface ItemsOptions {
  readonly calls: GraphCalls
  readonly account: string
  /** Tells what the media are that are asked. */
  readonly known: ReadonlyMap<string, MediaItem>
}

/** Insights of single media. */
export function itemInsights({ context, media, object }: MediaSettings, { calls, account, known }: ItemsOptions): ItemInsights {
  const isExpected = (id: string, metric: string) => {
    const item = known.get(id)
    return item !== undefined && media.isExpectedRejection(metric, item)
  }
  return new ItemInsights({ calls, services: context.services, object, period: 'lifetime', account, isExpected })
}
