import type { HttpResponse } from '../../http/request.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { Decoder } from './decoder.ts'
import { textReader } from './text-encoding.ts'
import { parseXml } from './xml.ts'

export const XmlDecoder = defineComponent(Decoder, {
  type: 'XmlDecoder',
  summary: 'Reads a body as XML: attributes are `@name`, text beside them `#text`, elements that come several times a list.',
  fields: {},
  examples: [{ title: 'XML', manifest: { type: 'XmlDecoder' } }],
  create: () => ({
    streamed: false,
    whole: bodies,
    async *decode(response) {
      yield bodies(response)
    },
  }),
})

function bodies(response: HttpResponse): readonly unknown[] {
  if (response.body.length === 0 && (response.status === 204 || response.status === 304)) return [{}]
  return [parseXml(textOf(response))]
}

/** The encoding that the header names, or the document itself in its first line. */
function textOf(response: HttpResponse): string {
  const start = Buffer.from(response.body.subarray(0, 200)).toString('latin1')
  const inHeader = /charset="?([\w-]+)/i.exec(response.headers['content-type'] ?? '')
  const encoding = (inHeader ?? /^<\?xml[^>]*\bencoding=["']([\w-]+)/.exec(start))?.[1]
  return encoding === undefined || /^utf-?8$/i.test(encoding) ? response.text() : textReader(encoding)(response.body)
}
