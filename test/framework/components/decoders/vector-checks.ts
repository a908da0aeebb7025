import { Decoder } from '../../../../framework/components/decoders/decoder.ts'
import type { HttpResponse } from '../../../../framework/http/request.ts'
import { buildComponent } from '../../../../framework/manifest/build.ts'
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

/** Vectors of decoders. */
export const checks: readonly Check[] = [
  { file, component: 'decoder.JsonDecoder', run: ({ response }) => decoded('JsonDecoder', responseOf(response)) },
  { file, component: 'parser.JsonParser', run: (input) => decoded('JsonDecoder', bytes(input)) },
  { file, component: 'parser.GzipParser', run: parsed },
  { file, component: 'parser.JsonItemsParser', run: parsed },
  { file, component: 'parser.JsonLineParser', run: (input) => decoded('JsonlDecoder', bytes(input)) },
]
