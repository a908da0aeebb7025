import type { Call, Route } from '../../call/call.ts'
import { GraphError, unknownObject } from '../../errors.ts'
import type { Container } from '../../publishing/container.ts'
import { inspectVideo } from '../../publishing/inspect.ts'
import type { Reply } from '../../wire/reply.ts'
import { baseHeaders } from '../../wire/reply.ts'
import { requireAccount, requirePublishing } from './access.ts'

/**
 * `POST /ig-api-upload/{version}/{container}` of rupload.facebook.com: the bytes of a video, whole or in parts, or the address of one. Its
 * parameters are headers: `offset`, `file_size`, `file_url`.
 */
export const uploadRoute: Route = { method: 'POST', path: '/ig-api-upload/{ig-container}', downloads: ['file_url'], answer: upload }

function upload(call: Call): unknown {
  const container = call.world.publishing.containers.find(call.id)
  if (!container) throw unknownObject(call.id, 'POST')
  requireAccount(call, container.account)
  requirePublishing(call)
  const { containers } = call.world.publishing
  if (container.upload === undefined || containers.status(container) === 'EXPIRED') throw problem('The container takes no upload.')
  const bytes = fromAddress(call) ?? fromBody(call, container, container.upload.received)
  if (bytes === undefined) return { success: true, message: 'Part received.' }
  containers.uploaded(container, inspectVideo({ bytes, contentType: undefined }, container.kind).failure)
  return { success: true, message: 'Upload successful.' }
}

function fromAddress({ params, request }: Call): Buffer | undefined {
  const url = params.get('file_url')
  if (url === undefined) return undefined
  const found = request.downloads?.get(url)
  if (!found || !('bytes' in found)) throw problem('The file could not be fetched from file_url.')
  return found.bytes
}

/** The whole video once its last part is there; parts must follow each other. */
function fromBody({ params, request }: Call, container: Container, received: Buffer): Buffer | undefined {
  const [offset, size] = [Number(params.get('offset') ?? Number.NaN), Number(params.get('file_size') ?? Number.NaN)]
  if (!Number.isInteger(offset) || !Number.isInteger(size)) throw problem('The headers offset and file_size are required.')
  if (offset !== received.length)
    throw problem(`The offset is ${offset}, but ${received.length} bytes have been received.`, { retriable: true })
  const bytes = Buffer.concat([received, request.bytes ?? Buffer.alloc(0)])
  if (bytes.length > size) throw problem('Partial request (did not match length of file)')
  container.upload = { received: bytes, size }
  return bytes.length === size ? bytes : undefined
}

/** Errors of this host have a form of their own. */
function problem(message: string, options = { retriable: false }): UploadProblem {
  return new UploadProblem({ code: 1363008, message }, options)
}

/** A refused upload. */
export class UploadProblem extends GraphError {
  readonly retriable: boolean

  constructor(init: GraphError['init'], { retriable }: { readonly retriable: boolean }) {
    super(init)
    this.retriable = retriable
  }

  reply(): Reply {
    const body = { debug_info: { retriable: this.retriable, type: 'ProcessingFailedError', message: this.message } }
    return { status: 400, headers: baseHeaders(), body }
  }
}
