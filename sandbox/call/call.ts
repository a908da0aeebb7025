import type { Token } from '../tokens/token.ts'
import type { Field } from '../wire/fields.ts'
import type { GraphRequest } from '../wire/request.ts'
import type { World } from '../world/world.ts'

/** One read of a node or an edge: a request of its own, or a part of a field expansion. */
export interface Call {
  readonly world: World
  readonly request: GraphRequest
  /** Version that serves it, for example 25. */
  readonly version: number
  readonly token: Token
  /** Node that is read; `me` is already replaced by its id. */
  readonly id: string
  readonly params: ReadonlyMap<string, string>
  readonly fields: readonly Field[] | undefined
  /** Metrics that a fault refuses for this call. */
  readonly refusedMetrics: ReadonlySet<string>
}

/** The call of an edge inside another node's fields: `posts.limit(5){id,message}`. */
export function expansion(call: Call, id: string, field: Field): Call {
  return { ...call, id, params: field.args, fields: field.fields }
}

/** A path of the API and what answers there. Paths are written with node kinds: `/{page}/insights`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Parameters with addresses that the API reads before it answers. */
  readonly downloads?: readonly string[]
  /** The JSON value of the answer. Throws a GraphError to refuse. */
  answer(call: Call): unknown
}
