import { type PlannedCall, type StreamSlice, sliceScope } from '../../../framework/components/read/retriever.ts'
import { defined } from '../../../framework/defined.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { checkpointSlice } from '../../meta/cursors/memory-cursor.ts'
import { accountOf } from '../../meta/graph/account.ts'
import { readCheckpoint } from './checkpoint.ts'
import { PAGE_SIZE } from './listing.ts'
import { dayOf, olderRanges, windowStart } from './scan-plan.ts'
import type { MediaSettings } from './settings.ts'

/**
 * Calls of a read when nothing is refused and nothing has changed. The listing is counted for `media`, or for the stream that is read
 * without it; how many media there are is known from discovery, or not at all.
 */
export function* plannedMediaCalls(settings: MediaSettings, slice: StreamSlice): Iterable<PlannedCall> {
  const { hub, emit, media, requester } = settings
  const counts = countsOf(settings, slice)
  const { id } = accountOf(slice.partition.scope)
  const url = (path: string) => requester.url({ scope: sliceScope(slice), path, parts: {} })
  const call = (path: string, times: number | undefined) => ({ method: 'GET', url: url(path), ...defined({ times }) })
  if (emit === 'media' || !hub.expects('media')) yield call(`${id}/media`, counts.lists)
  const asksSingly = ['FEED', 'REELS'].some((product) => media.missing({ product, asked: 'common' }).length > 0)
  if (emit === 'insights' && asksSingly) yield call('{media}/insights', counts.media)
}

interface PlannedCounts {
  readonly lists: number | undefined
  readonly media: number | undefined
}

function countsOf({ hub, windowDays, sweepDays }: MediaSettings, slice: StreamSlice): PlannedCounts {
  const memory = readCheckpoint(checkpointSlice(slice.window).memory)
  const size = mediaCount(slice)
  const at = Math.floor(hub.at / 1000)
  if (!memory || memory.rest !== undefined)
    return { lists: size === undefined ? undefined : Math.max(1, Math.ceil(size / PAGE_SIZE)), media: size }
  const days = dayOf(at) - memory.day
  const swept = Math.min(memory.older, Math.ceil((memory.older * days) / sweepDays))
  const older = days > 0 ? olderRanges(memory.cuts, windowStart(memory, at, windowDays), undefined).length : 0
  const lists = 1 + older + Math.ceil(swept / PAGE_SIZE)
  return { lists, media: size === undefined ? undefined : Math.max(0, size - memory.older) + swept }
}

/** Discovery may have reported it. */
function mediaCount({ partition }: StreamSlice): number | undefined {
  const { account } = partition.scope
  const count = isObject(account) ? account['media_count'] : undefined
  return typeof count === 'number' ? count : undefined
}
