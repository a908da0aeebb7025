import type { HttpResponse } from '../../http/request.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { attributes, Callable } from '../../template/python/values.ts'
import type { StreamSlice } from '../read/retriever.ts'
import { headerView } from '../values/header-view.ts'

/** A response with its decoded body. */
export interface JobResponse {
  readonly response: HttpResponse
  readonly body: unknown
}

/** `creation_response` and `polling_response` as templates see them: the body, with `headers` and `request` where it has no such keys. */
export function responseView({ response, body }: JobResponse, method: string): Readonly<Record<string, unknown>> {
  return { headers: headerView(response.headers), request: { url: response.url, method }, ...(isNode(body) ? body : {}) }
}

/** The slice with more names for templates, as root names and in `stream_slice.extra_fields`. */
export function withExtra(slice: StreamSlice, extra: Readonly<Record<string, unknown>>): StreamSlice {
  return { ...slice, partition: { ...slice.partition, extra: { ...slice.partition.extra, ...extra } } }
}

/** The slice as manifests of early 2025 see it: `stream_slice['create_job_response'].json()`. */
export function withEarlierName(slice: StreamSlice, name: string, { body }: JobResponse): StreamSlice {
  const view = { [attributes]: { json: new Callable('json', () => body) } }
  return { ...slice, partition: { ...slice.partition, values: { ...slice.partition.values, [name]: view } } }
}
