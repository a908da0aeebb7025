/** Which requests a fault hits; all given parts must fit. */
export interface FaultMatch {
  /** Path without version; a star stands for any text, as in `/100000000000001/*`. */
  readonly path?: string
  /** Route as the log names it, with or without the method: `GET /{page}/insights`. */
  readonly route?: string
  /** Page that the node belongs to. */
  readonly page?: string
  /** Instagram account that the node belongs to. */
  readonly account?: string
  readonly method?: string
  /** Text of the token; a star stands for any text, as in `sandbox-page-token-*`. */
  readonly token?: string
  /** Name in the `metric` parameter, or in an `insights.metric(…)` of the fields. */
  readonly metric?: string
  /** Only requests that ask for more rows than this. */
  readonly limitAbove?: number
}

/** What goes wrong. */
export type FaultKind =
  | {
      readonly kind: 'error'
      readonly code: number
      readonly subcode?: number
      readonly status?: number
      readonly message?: string
      readonly transient?: boolean
    }
  | { readonly kind: 'error-in-200'; readonly code?: number; readonly subcode?: number; readonly message?: string }
  | { readonly kind: 'echo-token'; readonly code?: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'stall-headers' }
  | { readonly kind: 'stall-body'; readonly bytes?: number }
  | { readonly kind: 'reset'; readonly bytes?: number }
  | { readonly kind: 'truncate'; readonly bytes?: number }
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'empty'; readonly status?: number }
  | { readonly kind: 'body'; readonly body: string; readonly status?: number; readonly contentType?: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'gzip-bomb'; readonly megabytes?: number }
  | { readonly kind: 'deep-json'; readonly depth?: number }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  | { readonly kind: 'retry-after'; readonly value?: string; readonly status?: number }
  | { readonly kind: 'repeat-cursor' }
  | { readonly kind: 'cursor-cycle' }
  | { readonly kind: 'empty-pages'; readonly pages?: number }
  | { readonly kind: 'foreign-next'; readonly url?: string }
  | { readonly kind: 'duplicate-rows' }
  | { readonly kind: 'big-ints' }
  | {
      readonly kind: 'reshape'
      readonly field: string
      readonly change: 'appears' | 'text' | 'gone'
      /** Of the field that appears; a text by default. */
      readonly value?: unknown
      /** Time of the clock from which on rows look so; always by default. */
      readonly from?: string
    }
  | { readonly kind: 'invalid-utf8' }
  | { readonly kind: 'bom' }
  | { readonly kind: 'wrong-content-type'; readonly contentType?: string }
  | { readonly kind: 'null-batch-item' }
  | { readonly kind: 'refuse-metric'; readonly metric: string }
  | { readonly kind: 'revoke-page'; readonly page?: string }
  | { readonly kind: 'expire-token' }
  | { readonly kind: 'revoke-account'; readonly account?: string }
  | { readonly kind: 'refuse-media'; readonly media: string; readonly metric: string }
  | { readonly kind: 'hide-media'; readonly media: string }
  | { readonly kind: 'retire-metric'; readonly object: string; readonly metric: string }
  | { readonly kind: 'slow-container'; readonly seconds: number }
  | { readonly kind: 'fail-container'; readonly subcode: number }
  | { readonly kind: 'hide-post'; readonly seconds: number }
  | { readonly kind: 'rate-limit'; readonly account?: string; readonly page?: string; readonly minutes: number }

/** Whether the API does what it was asked for although the answer says something else, or nothing. */
export type Work = 'done' | 'undone'

/** A rule: after `skip` matching requests the next `times` (all, when absent) are hit. */
export type Fault = FaultKind & {
  readonly match?: FaultMatch
  readonly skip?: number
  readonly times?: number
  /** Default: `undone` where the answer is replaced, `done` where it is only sent badly. */
  readonly work?: Work
}

/** Names of all kinds with the fields that they can't do without. */
export const FAULT_KINDS: Readonly<Record<FaultKind['kind'], readonly string[]>> = {
  error: ['code'],
  'error-in-200': [],
  'echo-token': [],
  delay: ['ms'],
  'stall-headers': [],
  'stall-body': [],
  reset: [],
  truncate: [],
  html: [],
  empty: [],
  body: ['body'],
  header: ['name', 'value'],
  'gzip-bomb': [],
  'deep-json': [],
  redirect: ['location'],
  'retry-after': [],
  'repeat-cursor': [],
  'cursor-cycle': [],
  'empty-pages': [],
  'foreign-next': [],
  'duplicate-rows': [],
  'big-ints': [],
  reshape: ['field', 'change'],
  'invalid-utf8': [],
  bom: [],
  'wrong-content-type': [],
  'null-batch-item': [],
  'refuse-metric': ['metric'],
  'revoke-page': [],
  'expire-token': [],
  'revoke-account': [],
  'refuse-media': ['media', 'metric'],
  'hide-media': ['media'],
  'retire-metric': ['object', 'metric'],
  'slow-container': ['seconds'],
  'fail-container': ['subcode'],
  'hide-post': ['seconds'],
  'rate-limit': ['minutes'],
}

/** The only route that these can hit, whatever their `match` says. */
export const KIND_ROUTES: Readonly<Partial<Record<FaultKind['kind'], string>>> = {
  'slow-container': 'POST /{ig-user}/media',
  'fail-container': 'POST /{ig-user}/media',
  'hide-post': 'POST /{ig-user}/media_publish',
}

/** Checks a fault that came as JSON. Throws a TypeError that names what is wrong. */
export function checkFault(value: unknown): Fault {
  if (!isFault(value)) {
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : undefined
    throw new TypeError(`unknown fault kind ${String(kind)}; known: ${Object.keys(FAULT_KINDS).join(', ')}`)
  }
  const missing = FAULT_KINDS[value.kind].filter((name) => !(name in value))
  if (missing.length > 0) throw new TypeError(`fault ${value.kind} needs ${missing.join(', ')}`)
  return value
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'kind' in value && Object.hasOwn(FAULT_KINDS, String(value.kind))
}
