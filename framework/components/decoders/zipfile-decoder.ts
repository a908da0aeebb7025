import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, slot } from '../../manifest/definition/fields.ts'
import { Decoder } from './decoder.ts'
import { withBody } from './derived-response.ts'
import { readZip } from './zip.ts'

export const ZipfileDecoder = defineComponent(Decoder, {
  type: 'ZipfileDecoder',
  summary: 'Unpacks a body that is a zip archive and reads its files one after another.',
  fields: {
    decoder: optional(slot(Decoder, { description: 'Reads each file.' })),
    parser: optional(slot(Decoder, { description: 'The same under the name that older manifests use.' })),
  },
  examples: [{ title: 'An archive of tables', manifest: { type: 'ZipfileDecoder', decoder: { type: 'CsvDecoder' } } }],
  create: ({ decoder, parser }) => {
    const inner = decoder ?? parser
    if (!inner) throw new ConfigError('ERR_MANIFEST_INVALID', "ZipfileDecoder needs 'decoder'")
    return {
      streamed: true,
      async *decode(response) {
        for (const { content } of readZip(response.body)) yield* inner.decode(withBody(response, content))
      },
    }
  },
})
