import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { string, withDefault } from '../../manifest/definition/fields.ts'
import { inBatches } from './batches.ts'
import { Decoder } from './decoder.ts'
import { withBody } from './derived-response.ts'
import { textReader } from './text-encoding.ts'

export const JsonItemsDecoder = defineComponent(Decoder, {
  type: 'JsonItemsDecoder',
  summary: 'Reads the items of one list inside a JSON document, each as a body of its own. Without the list there are none.',
  aliases: ['JsonItemsParser'],
  fields: {
    items_path: string({ description: 'Keys that lead to the list, joined by dots; `item` steps into every item of a list on the way.' }),
    encoding: withDefault(string({ description: 'The encoding of the text.' }), 'utf-8'),
  },
  examples: [{ title: 'Rows of a report', manifest: { type: 'JsonItemsDecoder', items_path: 'report.rows' } }],
  create: ({ items_path, encoding }) => {
    if (items_path === '') throw new ConfigError('ERR_MANIFEST_INVALID', "'items_path' must name the list of items")
    const read = textReader(encoding)
    const path = items_path.split('.')
    return {
      streamed: true,
      async *decode(response) {
        const recoded = /^utf-?8$/i.test(encoding) ? response : withBody(response, Buffer.from(read(response.body)))
        yield* inBatches(itemsAt(recoded.json(), path, 0))
      },
    }
  },
})

function* itemsAt(value: unknown, path: readonly string[], depth: number): Iterable<unknown> {
  const key = path[depth]
  if (key === undefined) {
    if (Array.isArray(value)) yield* value
  } else if (Array.isArray(value)) {
    if (key === 'item') for (const item of value) yield* itemsAt(item, path, depth + 1)
  } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key)) {
    yield* itemsAt((value as Readonly<Record<string, unknown>>)[key], path, depth + 1)
  }
}
