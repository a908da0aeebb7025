import { Requester } from '../../framework/components/read/requester.ts'
import { Retriever, sliceScope, wholeStream } from '../../framework/components/read/retriever.ts'
import { ConfigError } from '../../framework/errors.ts'
import { defineComponent } from '../../framework/manifest/definition/component.ts'
import { type BoundTemplate, list, slot, string, template } from '../../framework/manifest/definition/fields.ts'
import { checkpointSlice } from '../meta/cursors/memory-cursor.ts'
import { accountOf } from '../meta/graph/account.ts'
import { planHashtags, readHashtags } from './hashtag-checkpoint.ts'
import { HashtagReading } from './hashtag-reading.ts'

export const InstagramHashtagRetriever = defineComponent(Retriever, {
  type: 'InstagramHashtagRetriever',
  summary: 'Reads the recent and the top media of hashtags, within the quota of thirty in seven days.',
  fields: {
    requester: slot(Requester, { description: 'Sends the calls; paths are given call by call.' }),
    fields: list(string({ description: 'A field.' }), { description: 'Fields of a media; there is no username.' }),
    hashtags: template([], { description: 'A template that yields the hashtags, with or without their sign.' }),
    login: template([], { description: 'facebook or instagram: hashtags need Facebook Login.' }),
  },
  examples: [
    {
      title: 'Two hashtags',
      manifest: {
        type: 'InstagramHashtagRetriever',
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0' },
        fields: ['id', 'timestamp', 'like_count', 'comments_count'],
        hashtags: "{{ config['hashtags'] }}",
        login: 'facebook',
      },
    },
  ],
  create: ({ requester, fields, hashtags, login }, context) => {
    const tags = tagsOf(hashtags)
    const permitted = String(login.evaluate({})) !== 'instagram'
    return {
      partitioned: false,
      async *partitions(scope) {
        yield wholeStream(scope)
      },
      read: (slice, options) =>
        new HashtagReading({ requester, fields, tags, permitted, services: context.services }, { slice, options }).pages(),
      *plan(slice) {
        if (!permitted) return
        const { memory } = checkpointSlice(slice.window)
        const known = readHashtags(memory)
        const { now } = planHashtags(tags, known, Math.floor(context.services.clock.now() / 1000))
        const url = (path: string) =>
          requester.url({ scope: sliceScope(slice), path, parts: { params: { user_id: accountOf(slice.partition.scope).id } } })
        const unknown = now.filter((tag) => !known.ids.has(tag)).length
        if (unknown > 0) yield { method: 'GET', url: url('ig_hashtag_search'), times: unknown }
        for (let index = 0; index < now.length; index++) {
          yield { method: 'GET', url: url('{hashtag}/recent_media') }
          yield { method: 'GET', url: url('{hashtag}/top_media') }
        }
      },
    }
  },
})

/** Hashtags as the API takes them: without sign, in lower case, each once. */
function tagsOf(source: BoundTemplate): readonly string[] {
  const value = source.evaluate({})
  if (value === undefined || value === null || value === '') return []
  if (!Array.isArray(value) || !value.every((tag) => typeof tag === 'string')) {
    throw new ConfigError('ERR_CONFIG_INVALID', 'config.hashtags must be a list of hashtags')
  }
  return [...new Set(value.map((tag) => tag.replace(/^#/, '').normalize('NFC').toLowerCase()))]
}
