import { Decoder } from '../../../../framework/components/decoders/decoder.ts'
import type { HttpResponse } from '../../../../framework/http/request.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf, responseOf } from '../check-vectors.ts'

const file = 'decoders.json'

async function decoded(node: Input | string, response: HttpResponse): Promise<unknown> {
  const definition = typeof node === 'string' ? { type: node } : node
  const decoder = buildComponent(Decoder, definition, testContext({ dialect: 'airbyte' }))
  const bodies: unknown[] = []
  for await (const batch of decoder.decode(response)) bodies.push(...batch)
  return bodies
}

function bytes({ data }: Input): HttpResponse {
  const { $bytes, $b64 } = recordOf(data)
  return responseOf($b64 === undefined ? { text: $bytes } : { b64: $b64 })
}

/** Recorded parsers bear names that older manifests use for decoders. */
function parsed(input: Input): unknown {
  return decoded(nodeOf(recordOf(input['parser'])), bytes(input))
}

function nodeOf({ inner_parser, ...parser }: Input): Input {
  return { ...present(parser), ...(inner_parser ? { inner_parser: nodeOf(recordOf(inner_parser)) } : {}) }
}

/** Later stages put fields into the very objects that were recorded; those are fields whose names the body does not have. */
function ofBody(recorded: unknown, body: string): unknown {
  if (Array.isArray(recorded)) return recorded.map((item) => ofBody(item, body))
  if (!isNode(recorded)) return recorded
  const own = Object.entries(recorded).filter(([key]) => body.includes(JSON.stringify(key)))
  return Object.fromEntries(own.map(([key, value]) => [key, ofBody(value, body)]))
}

/** Vectors of decoders. */
export const checks: readonly Check[] = [
  { file, component: 'decoder.JsonDecoder', run: ({ response }) => decoded('JsonDecoder', responseOf(response)) },
  {
    ...{ file, component: 'parser.JsonParser' },
    run: (input) => decoded('JsonDecoder', bytes(input)),
    expected: (recorded, input) => ofBody(recorded, bytes(input).text()),
  },
  { file, component: 'parser.GzipParser', run: parsed },
  { file, component: 'parser.JsonItemsParser', run: parsed },
  { file, component: 'parser.JsonLineParser', run: (input) => decoded('JsonlDecoder', bytes(input)) },
]
