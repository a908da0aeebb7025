import { ConfigError, ConnectorError } from '../../errors.ts'

/** The standard behind TextDecoder takes these for another encoding, which fills the 32 codes that they leave free. */
const latin1 = /^(iso-?8859-?1|latin-?1|l1)$/i

/** Reads text of an encoding by its IANA name. Throws ConfigError for unknown names; the reader throws ERR_BODY_ENCODING for other bytes. */
export function textReader(encoding: string): (bytes: Uint8Array) => string {
  const label = encoding.replaceAll('_', '-')
  if (latin1.test(label)) return (bytes) => Buffer.from(bytes).toString('latin1')
  const decoder = decoderOf(label)
  return (bytes) => {
    try {
      return decoder.decode(bytes)
    } catch (cause) {
      const message = `the body is not valid ${encoding}`
      throw new ConnectorError('ERR_BODY_ENCODING', message, { failureType: 'transient_error', cause })
    }
  }
}

/** The same for a text that comes in pieces. */
export function pieceReader(encoding: string): (pieces: AsyncIterable<Uint8Array>) => AsyncGenerator<string> {
  const label = encoding.replaceAll('_', '-')
  const create = latin1.test(label) ? latin1Decoder : () => decoderOf(label)
  return async function* (pieces) {
    const decoder = create()
    try {
      for await (const piece of pieces) yield decoder.decode(piece, { stream: true })
      yield decoder.decode()
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause
      const message = `the body is not valid ${encoding}`
      throw new ConnectorError('ERR_BODY_ENCODING', message, { failureType: 'transient_error', cause })
    }
  }
}

function latin1Decoder(): Pick<InstanceType<typeof TextDecoder>, 'decode'> {
  return { decode: (bytes) => (bytes === undefined ? '' : Buffer.from(bytes as Uint8Array).toString('latin1')) }
}

function decoderOf(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label, { fatal: true })
  } catch (cause) {
    throw new ConfigError('ERR_MANIFEST_INVALID', `unknown encoding '${label}'; use one such as utf-8, utf-16le, iso-8859-1, shift_jis`, {
      cause,
    })
  }
}
