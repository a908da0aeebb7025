import { Requester } from '../../framework/components/read/requester.ts'
import { type Page, Retriever, wholeStream } from '../../framework/components/read/retriever.ts'
import { ConfigError } from '../../framework/errors.ts'
import { defineComponent } from '../../framework/manifest/definition/component.ts'
import { type BoundTemplate, slot, template } from '../../framework/manifest/definition/fields.ts'
import { MediaListing } from '../instagram_graph/media/listing.ts'
import { checkpointSlice } from '../meta/cursors/memory-cursor.ts'
import { GraphCalls } from '../meta/graph/graph-calls.ts'
import { RefusedFields } from '../meta/graph/graph-fields-requester.ts'
import { POST_FIELDS } from './post-row.ts'
import { NOTHING_KNOWN, readPostsCheckpoint, writePostsCheckpoint } from './posts-checkpoint.ts'
import { PostsScan } from './posts-scan.ts'

export const InstagramPostsRetriever = defineComponent(Retriever, {
  type: 'InstagramPostsRetriever',
  summary: 'Lists the posts of one account newest first and stops at what is known; gives those that are new or have changed.',
  fields: {
    requester: slot(Requester, { description: 'Sends the calls; paths are given call by call.' }),
    account: template([], { description: 'Id of the account.' }),
    page_size: template([], { description: 'Posts of one request, 1 to 100; at least 10 are asked for.' }),
    pages: template([], {
      description:
        'Requests of one read at most; older posts are read by the following reads. One more is sent where a read would otherwise leave as much as the one before it. A backfill and a full refresh read all posts.',
    }),
  },
  examples: [
    {
      title: 'Posts of an account',
      manifest: {
        type: 'InstagramPostsRetriever',
        requester: { type: 'HttpRequester', url_base: 'https://graph.instagram.com/v26.0' },
        account: '17841400000000000',
        page_size: 50,
        pages: 2,
      },
    },
  ],
  create: ({ requester, account, page_size, pages }, context) => {
    const refused = new RefusedFields(context)
    const { clock } = context.services
    const id = () => String(account.evaluate({}))
    const most = ({ isBackfill, whole }: { readonly isBackfill: boolean; readonly whole: true | undefined }) =>
      isBackfill || whole ? Number.POSITIVE_INFINITY : wholeNumber('pages', pages)
    return {
      partitioned: false,
      async *partitions(scope) {
        // Calls are paced by account, and errors name it.
        yield wholeStream({ ...scope, account: { id: id() } })
      },
      async *read(slice, options): AsyncGenerator<Page> {
        const window = checkpointSlice(slice.window)
        const { from, to } = window.range
        const isBackfill = from !== undefined || to !== undefined
        const calls = new GraphCalls({ single: requester, batch: undefined, authenticator: undefined }, { slice, options })
        const look = new PostsScan({
          listing: new MediaListing({ calls, account: id(), fields: POST_FIELDS, refused }),
          account: id(),
          memory: isBackfill ? NOTHING_KNOWN : readPostsCheckpoint(window.memory),
          now: clock.now(),
          pageSize: wholeNumber('page_size', page_size),
          pages: most({ isBackfill, whole: options.whole }),
          range: { from: seconds(from), to: seconds(to) },
        })
        for await (const { rows, memory } of look.pages()) {
          if (rows.length > 0 || memory) yield { rows, ...(memory ? { checkpoint: writePostsCheckpoint(memory) } : {}) }
        }
      },
    }
  },
})

const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000))

function wholeNumber(name: string, source: BoundTemplate): number {
  const value = Number(source.evaluate({}))
  if (Number.isInteger(value) && value > 0) return value
  throw new ConfigError('ERR_CONFIG_INVALID', `${name} must be a whole number of 1 or more, found ${String(source.evaluate({}))}`)
}
