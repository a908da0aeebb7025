/** What stands in place of a secret. */
export const MASK = '****'

const NAMES =
  '(?:access_?token|refresh_?token|id_token|input_token|fb_exchange_token|appsecret_proof|client_secret|app_secret|secret_?key|private_key|client_assertion|api_?key|password|passwd|x-amz-(?:signature|security-token|credential))'

/** `name=value` in URLs, forms and prose, also with the `=` encoded up to twice. Templates and masks are no values. */
const PARAMETER = new RegExp(`(${NAMES}(?:=|%3D|%253D|\\\\u003d))(?![*{<$])((?:(?!%26|%2526|\\\\u0026)[^\\s"'&\\\\<>;,)\\]}])+)`, 'gi')
/** `"name": "value"` in JSON, in Python's notation, and in JSON inside JSON. Only quoted values: prose after a colon is none. */
const PROPERTY = new RegExp(`(${NAMES}\\\\*["']\\s*:\\s*\\\\*["'])(?![*{])([^"'\\\\]+)`, 'gi')
const AUTHORIZATION = /((?:proxy-)?authorization\\*["']?\s*[:=]\s*\\*["']?\s*(?:[a-z]+\s+|(?![a-z]+\s+[*{])))(?![*{])([^\s"'\\,]{3,})/gi
/** A scheme followed by something that is no word: `Basic authentication` is prose. */
const SCHEME = /\b((?:bearer|basic)(?:\s+|%20|\+))(?=[a-z]*[0-9._~+/=|-][a-z0-9=])([a-z0-9._~+/=|%-]{6,})/gi
/** Access tokens of the Graph API, by their prefixes. */
const GRAPH_TOKEN = /\b(?:EAA|IGAA|IGQV|THAA|THQV)[A-Za-z0-9_-]{12,}/g
/** App access tokens of the Graph API: app id, bar, app secret. */
const APP_TOKEN = /\b\d{6,}(?:\||%7C)[A-Za-z0-9_-]{16,}/gi
const JSON_WEB_TOKEN = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g
const USER_INFO = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,256}:)(?![*{])([^\s/@"']{1,1024})(?=@)/gi

/** Words of which one must occur for the patterns to apply; a quick look that spares most lines the rest. */
const HINT =
  /token|secret|_key|apikey|api_key|passw|x-amz-|client_assertion|authorization|bearer|basic|EAA|IG(?:AA|QV)|TH(?:AA|QV)|\d(?:\||%7C)|eyJ|:\/\/[^\s/]*@/i

/** Masks what looks like a credential by its surroundings or its shape, known or not. */
export function maskCredentials(text: string): string {
  if (!HINT.test(text)) return text
  return text
    .replace(PARAMETER, `$1${MASK}`)
    .replace(PROPERTY, `$1${MASK}`)
    .replace(AUTHORIZATION, `$1${MASK}`)
    .replace(SCHEME, `$1${MASK}`)
    .replace(GRAPH_TOKEN, MASK)
    .replace(APP_TOKEN, MASK)
    .replace(JSON_WEB_TOKEN, MASK)
    .replace(USER_INFO, `$1${MASK}`)
}
