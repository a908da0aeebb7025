import { defineFamily } from '../../manifest/definition/component.ts'
import type { BoundMapping } from '../../manifest/definition/fields.ts'

/** The body of a request: form fields or text as they are, or JSON. */
export type RequestBody =
  | { readonly data: BoundMapping; readonly json?: undefined }
  | { readonly json: BoundMapping; readonly data?: undefined }

export const RequestBody = defineFamily<RequestBody>('RequestBody', 'The body of a request.')

/** Names that the templates of a request see; the last three only where an AsyncRetriever sends. */
export const requestRoots = [
  ...['stream_slice', 'stream_partition', 'stream_interval', 'next_page_token', 'query_properties'],
  ...['creation_response', 'polling_response', 'download_target'],
]
/** Values of other Python types than these keep their text in the foreign dialect. */
export const textOrList = ['str', 'list'] as const
