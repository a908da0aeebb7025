import { Requester } from '../../../framework/components/read/requester.ts'
import {
  type Page,
  type ReadOptions,
  Retriever,
  type StreamSlice,
  sliceScope,
  wholeStream,
} from '../../../framework/components/read/retriever.ts'
import { ConfigError } from '../../../framework/errors.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { type BoundTemplate, list, oneOf, slot, string, template } from '../../../framework/manifest/definition/fields.ts'
import { checkpointSlice } from '../../meta/cursors/memory-cursor.ts'
import { accountOf } from '../../meta/graph/account.ts'
import { RefusedFields } from '../../meta/graph/graph-fields-requester.ts'
import { lazySelection, selectionFields } from '../../meta/metrics/metric-fields.ts'
import { checkpointOf, readCheckpoint } from './checkpoint.ts'
import { MediaExpansion } from './expansion.ts'
import { mediaHub } from './hub.ts'
import { MediaInsightsReading } from './insights-reading.ts'
import { MediaListing } from './listing.ts'
import { MediaMetrics } from './metrics.ts'
import type { MediaItem, ScanPage } from './page.ts'
import { plannedMediaCalls } from './plan.ts'
import { MediaScan } from './scan.ts'
import { callsOf, itemInsights, type MediaSettings } from './settings.ts'

const fields = {
  emit: oneOf(['media', 'insights'], { description: 'Which rows this stream gives of the listing that both share.' }),
  requester: slot(Requester, { description: 'Sends the calls; paths are given call by call.' }),
  fields: list(string({ description: 'A field, with its own subfields.' }), { description: 'Fields of a media.' }),
  ...selectionFields,
  item_field: string({ description: 'Field of the rows of insights that carries the id of the media.' }),
  depth: template([], { description: 'full asks for every metric that a media has, common for those that come with the list.' }),
  login: template([], { description: 'facebook or instagram: some metrics are offered to one of them only.' }),
  window_days: template([], { description: 'Media younger than this are read every time.' }),
  sweep_days: template([], { description: 'Days within which every older media is read again.' }),
}

export const InstagramMediaRetriever = defineComponent(Retriever, {
  type: 'InstagramMediaRetriever',
  summary: 'Lists the media of an account together with their common insights, once for both of their streams, and what changed since.',
  fields,
  examples: [
    {
      title: 'Media of an account',
      manifest: {
        type: 'InstagramMediaRetriever',
        emit: 'media',
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0' },
        fields: ['id', 'timestamp', 'media_type', 'media_product_type', 'like_count', 'comments_count'],
        object: 'ig_media',
        objects: ['ig_user', 'ig_media', 'ig_story'],
        account_field: 'ig_user_id',
        item_field: 'media_id',
        depth: 'full',
        login: 'facebook',
        window_days: 30,
        sweep_days: 30,
      },
    },
  ],
  create: (values, context) => {
    const selection = lazySelection(values, context)
    const depth = values.depth.evaluate({}) === 'common' ? 'common' : 'full'
    const hub = mediaHub(context.services)
    const settings: MediaSettings = {
      ...values,
      context,
      hub,
      media: new MediaMetrics(selection, { depth, login: String(values.login.evaluate({})) }),
      refused: new RefusedFields(context),
      windowDays: days('window_days', values.window_days),
      sweepDays: days('sweep_days', values.sweep_days),
    }
    return {
      partitioned: false,
      async *partitions(scope) {
        yield wholeStream(scope)
      },
      announce: () => hub.announce(values.emit),
      shares: hub,
      async *read(slice, options) {
        selection.report(context.services.report)
        const pages = hub.open(values.emit, accountOf(slice.partition.scope).id, lookOf(settings, slice, options))
        if (values.emit === 'media') yield* mediaRows(pages, slice, options)
        else yield* new MediaInsightsReading(settings, { slice, options, at: hub.at }).pages(pages)
      },
      plan: (slice) => plannedMediaCalls(settings, slice),
    }
  },
})

async function* mediaRows(pages: AsyncIterable<ScanPage>, slice: StreamSlice, { stages }: ReadOptions): AsyncGenerator<Page> {
  const memory = readCheckpoint(checkpointSlice(slice.window).memory)
  const scope = sliceScope(slice)
  for await (const page of pages) {
    const rows = page.nodes.map((node) => stages.transformations.reduce((row, step) => step.transform(row, scope), node))
    // The other stream may come much later, and has no use for them.
    page.nodes = []
    yield { rows, ...checkpointOf(page.marks.at(-1)?.memory, memory) }
  }
}

function lookOf(settings: MediaSettings, slice: StreamSlice, options: ReadOptions): MediaScan {
  const { context, refused, hub, windowDays, sweepDays, fields: asked } = settings
  const { services } = context
  const { memory: stored, range } = checkpointSlice(slice.window)
  const memory = readCheckpoint(stored)
  const account = accountOf(slice.partition.scope).id
  const calls = callsOf(settings, { slice, options })
  const known = new Map<string, MediaItem>()
  const listing = new MediaListing({ calls, account, fields: asked, refused })
  const expansion = new MediaExpansion({
    listing,
    items: itemInsights(settings, { calls, account, known }),
    known,
    metrics: settings.media,
    services,
    account,
    enabled: settings.emit === 'insights' || hub.expects('insights'),
    converted: memory?.converted,
  })
  const bounds = { from: seconds(range.from), to: seconds(range.to) }
  return new MediaScan({
    listing,
    expansion,
    services,
    account,
    memory,
    range: bounds,
    at: Math.floor(hub.at / 1000),
    windowDays,
    sweepDays,
  })
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000)
}

function days(name: string, source: BoundTemplate): number {
  const value = Number(source.evaluate({}))
  if (Number.isInteger(value) && value > 0) return value
  throw new ConfigError('ERR_CONFIG_INVALID', `${name} must be a whole number of days, found ${String(source.evaluate({}))}`)
}
