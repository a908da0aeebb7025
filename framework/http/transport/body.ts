import { ConnectorError } from '../../errors.ts'
import { parseJson } from '../json.ts'
import type { HttpResponse } from '../request.ts'

export interface ResponseParts {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
  readonly body: Uint8Array
  /** The body when it was saved instead of kept; `body` is then empty. */
  readonly pieces?: () => AsyncIterable<Uint8Array>
}

const EXCERPT_CHARACTERS = 500

/** A response whose text and JSON are made when first asked for, and once. `redact` cleans what errors quote of the body. */
export function createResponse(parts: ResponseParts, redact: (text: string) => string): HttpResponse {
  let text: string | undefined
  let json: { readonly value: unknown } | { readonly error: ConnectorError } | undefined
  const readText = () => {
    text ??= decodeText(parts.body)
    return text
  }
  return {
    ...parts,
    text: readText,
    json: () => {
      json ??= readJson(readText(), parts, redact)
      if ('error' in json) throw json.error
      return json.value
    },
  }
}

/** The body in pieces, whether it was saved or kept. */
export async function* bodyPieces({ body, pieces }: Pick<HttpResponse, 'body' | 'pieces'>): AsyncGenerator<Uint8Array> {
  if (pieces) yield* pieces()
  else yield body
}

/** Stands for "nothing came" where an error handler chose to ignore a failed attempt: status 0, no body. */
export function emptyResponse(url: string): HttpResponse {
  return createResponse({ status: 0, headers: {}, url, body: new Uint8Array() }, (text) => text)
}

/** The start of a text for error messages: redacted before it is cut, so that no half of a secret escapes the redactor. */
export function excerpt(text: string, redact: (text: string) => string): string {
  // A margin keeps secrets whole that reach over the cut; a whole body of megabytes is not worth redacting.
  const clean = redact(text.slice(0, EXCERPT_CHARACTERS * 8))
  return clean.length > EXCERPT_CHARACTERS ? `${clean.slice(0, EXCERPT_CHARACTERS)}…` : clean
}

function decodeText(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function readJson(text: string, parts: ResponseParts, redact: (text: string) => string): { value: unknown } | { error: ConnectorError } {
  try {
    return { value: parseJson(text, parts.body) }
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return { error: thrown }
    return { error: notJson(text, parts, redact) }
  }
}

/** Without the parser's error as cause: V8 quotes the body in it, unredacted. */
function notJson(text: string, parts: ResponseParts, redact: (text: string) => string): ConnectorError {
  const found = text.trim() === '' ? 'nothing' : excerpt(text, redact)
  return new ConnectorError('ERR_BODY_NOT_JSON', `expected JSON with status ${parts.status}, found: ${found}`, {
    failureType: 'transient_error',
    context: { response: `HTTP ${parts.status}: ${found}` },
  })
}
