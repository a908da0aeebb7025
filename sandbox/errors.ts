import { mix, textHash } from './data/hash.ts'
import { defined } from './defined.ts'

/** What the API answers instead of data. `status` is 400 for nearly everything: callers have to look at the code. */
export interface GraphErrorInit {
  readonly code: number
  readonly message: string
  readonly subcode?: number
  readonly status?: number
  readonly type?: 'OAuthException' | 'GraphMethodException' | 'FacebookApiException' | 'GraphBatchException' | 'IGApiException'
  readonly transient?: boolean
  readonly userTitle?: string
  readonly userMessage?: string
  readonly data?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown by routes; becomes the body `{"error": {…}}`. */
export class GraphError extends Error {
  readonly init: GraphErrorInit

  constructor(init: GraphErrorInit) {
    super(init.message)
    this.init = init
  }
}

/** The `error` object in the order of keys that the API uses. `trace` makes the trace id differ from call to call. */
export function errorBody(init: GraphErrorInit, trace: number): { error: Record<string, unknown> } {
  return {
    error: {
      message: init.message,
      type: init.type ?? 'OAuthException',
      code: init.code,
      ...defined({
        error_data: init.data,
        error_subcode: init.subcode,
        is_transient: init.transient,
        error_user_title: init.userTitle,
        error_user_msg: init.userMessage,
      }),
      fbtrace_id: traceId(trace),
    },
  }
}

const TRACE_CHARS = 'abcdefghijklmnopqrstuvwxyz0123456789_'

function traceId(trace: number): string {
  return `A${Array.from({ length: 20 }, (_, index) => TRACE_CHARS[mix(trace, index, textHash('trace')) % TRACE_CHARS.length]).join('')}`
}

/** `(#100) …`: a parameter that the API does not take. */
export function invalidParameter(message: string, subcode?: number): GraphError {
  return new GraphError({ code: 100, message: `(#100) ${message}`, ...defined({ subcode }) })
}

/** A node that is not there, belongs to somebody else, or has no such operation: the API does not say which. */
export function unknownObject(id: string, method: string): GraphError {
  const message = `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`
  return new GraphError({ code: 100, subcode: 33, type: 'GraphMethodException', message })
}

/** How graph.instagram.com refuses what it does not offer to this caller, and callers without a role in an unpublished app. */
export function unsupportedRequest(method: string): GraphError {
  return new GraphError({ code: 100, type: 'IGApiException', message: `Unsupported request - method type: ${method.toLowerCase()}` })
}

export function unknownAlias(alias: string): GraphError {
  return new GraphError({ code: 803, status: 404, message: `(#803) Some of the aliases you requested do not exist: ${alias}` })
}

export function unknownPath(rest: string): GraphError {
  return new GraphError({ code: 2500, message: `Unknown path components: /${rest}` })
}

export function unknownField(field: string, type: string): GraphError {
  return invalidParameter(`Tried accessing nonexisting field (${field}) on node type (${type})`)
}

/** A metric that does not exist (any more) fails the whole call and is not named in the text. */
export function invalidMetric(): GraphError {
  return invalidParameter('The value must be a valid insights metric')
}

export function permission(code: 10 | 200, message: string): GraphError {
  return new GraphError({ code, message: `(#${code}) ${message}`, status: code === 200 ? 403 : 400 })
}

/** Any refusal of the token itself. The challenge header comes with it. */
export function tokenError(message: string, subcode?: number): GraphError {
  const headers = { 'www-authenticate': `OAuth "Facebook Platform" "invalid_token" "${message.replaceAll('"', "'")}"` }
  return new GraphError({ code: 190, message, headers, ...defined({ subcode }) })
}
