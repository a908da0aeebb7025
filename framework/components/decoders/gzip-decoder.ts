import { gunzipSync } from 'node:zlib'
import { ConfigError, ConnectorError } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, slot } from '../../manifest/definition/fields.ts'
import { Decoder } from './decoder.ts'
import { MAX_UNPACKED_BYTES, withBody } from './derived-response.ts'
import { unpackPieces } from './unpack-pieces.ts'

export const GzipDecoder = defineComponent(Decoder, {
  type: 'GzipDecoder',
  summary: 'Unpacks a body that is a gzip file; a body that is none is read as it is.',
  aliases: ['GzipParser'],
  fields: {
    decoder: optional(slot(Decoder, { description: 'Reads what was packed.' })),
    inner_parser: optional(slot(Decoder, { description: 'The same under the name that older manifests use.' })),
  },
  examples: [{ title: 'A packed table', manifest: { type: 'GzipDecoder', decoder: { type: 'CsvDecoder' } } }],
  create: ({ decoder, inner_parser }) => {
    const inner = decoder ?? inner_parser
    if (!inner) throw new ConfigError('ERR_MANIFEST_INVALID', "GzipDecoder needs 'decoder'")
    const { whole } = inner
    return {
      streamed: inner.streamed,
      piecewise: inner.piecewise ?? false,
      decode: (response) => inner.decode(unpacked(response)),
      ...(whole ? { whole: (response: HttpResponse) => whole(unpacked(response)) } : {}),
    }
  },
})

function unpacked(response: HttpResponse): HttpResponse {
  const { body, pieces } = response
  if (pieces) return { ...response, pieces: () => unpackPieces(pieces(), ['gzip']) }
  if (body[0] !== 0x1f || body[1] !== 0x8b) return response
  return withBody(response, gunzip(body))
}

function gunzip(body: Uint8Array): Uint8Array {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_UNPACKED_BYTES })
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new ConnectorError('ERR_BODY_TOO_LARGE', `the gzip file unfolds to more than ${MAX_UNPACKED_BYTES} bytes`)
    }
    throw new ConnectorError('ERR_BODY_TRUNCATED', 'the gzip file is truncated or damaged', { failureType: 'transient_error', cause })
  }
}
