import type { HttpResponse } from '../../http/request.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { Decoder } from './decoder.ts'

export const JsonDecoder = defineComponent(Decoder, {
  type: 'JsonDecoder',
  aliases: ['JsonParser'],
  summary: 'Reads a body as JSON; a list counts as several bodies. A body that is not JSON is an error, and is retried.',
  fields: {},
  examples: [{ title: 'JSON', manifest: { type: 'JsonDecoder' } }],
  create: () => ({
    streamed: false,
    whole: bodies,
    async *decode(response) {
      yield bodies(response)
    },
  }),
})

function bodies(response: HttpResponse): readonly unknown[] {
  // "No content" and "not modified" have no body by their nature.
  if (response.body.length === 0 && (response.status === 204 || response.status === 304)) return [{}]
  const body = response.json()
  if (!Array.isArray(body)) return [body]
  return body.length === 0 ? [{}] : body
}
