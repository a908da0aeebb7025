import { defineComponent } from '../../manifest/definition/component.ts'
import { inBatches } from './batches.ts'
import { Decoder } from './decoder.ts'

export const IterableDecoder = defineComponent(Decoder, {
  type: 'IterableDecoder',
  summary: 'Reads a body of lines: one body `{record: line}` per line.',
  fields: {},
  examples: [{ title: 'A list of ids, one per line', manifest: { type: 'IterableDecoder' } }],
  create: () => ({
    streamed: true,
    async *decode(response) {
      const lines = response.text().split(/\r\n|\r|\n/)
      // The end of the last line begins no other.
      if (lines.at(-1) === '') lines.pop()
      for (const batch of inBatches(lines)) yield batch.map((record) => ({ record }))
    },
  }),
})
