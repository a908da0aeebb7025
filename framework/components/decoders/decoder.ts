import type { HttpResponse } from '../../http/request.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** Turns a response into bodies: one for a JSON object, several for a list or a file of records. */
export interface Decoder {
  /** Bodies in batches, so that large files never stand in memory as a whole. Throws when the body is not what it should be. */
  decode(response: HttpResponse): AsyncIterable<readonly unknown[]>
  /** All bodies at once, for formats that are read as a whole. Throws like `decode`. */
  whole?(response: HttpResponse): readonly unknown[]
  /** True when `decode` also reads bodies that were saved to a file, which may be larger than memory holds. */
  readonly piecewise?: boolean
  /** True when pagination cannot look into the body. */
  readonly streamed: boolean
}

export const Decoder = defineFamily<Decoder>('Decoder', 'Reads the format of a response body.')
