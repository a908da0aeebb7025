import { defineComponent } from '../../manifest/definition/component.ts'
import { slot } from '../../manifest/definition/fields.ts'
import { Decoder } from './decoder.ts'

export const CompositeRawDecoder = defineComponent(Decoder, {
  type: 'CompositeRawDecoder',
  summary: 'Reads a body by its parser. Older manifests wrap decoders in it; newer ones name the decoder itself.',
  fields: { parser: slot(Decoder, { description: 'The decoder.', default_type: 'JsonDecoder' }) },
  examples: [
    {
      title: 'Packed JSON lines',
      manifest: { type: 'CompositeRawDecoder', parser: { type: 'GzipParser', inner_parser: { type: 'JsonLineParser' } } },
    },
  ],
  create: ({ parser }) => parser,
})
