import { describe, expect, it } from 'vitest'
import { Decoder } from '../../../../framework/components/decoders/decoder.ts'
import type { HttpResponse } from '../../../../framework/http/request.ts'
import { buildComponent } from '../../../../framework/manifest/build.ts'
import { sharedFolder } from '../../../shared.ts'
import { testContext } from '../../build.ts'
import { type Check, differences, type Input, recordOf, responseOf } from '../check-vectors.ts'

const file = 'decoders.json'

async function decoded(type: string, response: HttpResponse): Promise<unknown> {
  const decoder = buildComponent(Decoder, { type }, testContext({ dialect: 'airbyte' }))
  const bodies: unknown[] = []
  for await (const batch of decoder.decode(response)) bodies.push(...batch)
  return bodies
}

function bytes({ data }: Input): HttpResponse {
  const { $bytes, $b64 } = recordOf(data)
  return responseOf($b64 === undefined ? { text: $bytes } : { b64: $b64 })
}

const checks: readonly Check[] = [
  { file, component: 'decoder.JsonDecoder', run: ({ response }) => decoded('JsonDecoder', responseOf(response)) },
  { file, component: 'parser.JsonParser', run: (input) => decoded('JsonDecoder', bytes(input)) },
  { file, component: 'parser.JsonLineParser', run: (input) => decoded('JsonlDecoder', bytes(input)) },
]

describe.skipIf(!sharedFolder)('decoders as recorded', () => {
  it.each(checks)('$component', async (check) => {
    expect(await differences(check)).toEqual([])
  })
})
