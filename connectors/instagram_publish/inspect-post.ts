import type { JsonObject } from '../../framework/protocol/messages.ts'
import type { InputVerdict, ValidateOptions } from '../package-parts.ts'
import { hasErrors } from './media/diagnostic.ts'
import { inspectMedia } from './media/inspect.ts'
import { isPost, validatePost } from './media/validate.ts'

/**
 * What is wrong with a post as it is written and, on request, with its media by their headers; the media of a post that is itself wrong
 * are not requested. Rejects only when `signal` is aborted.
 */
export async function inspectPost(post: JsonObject, { depth, media: allowed, signal }: ValidateOptions): Promise<InputVerdict> {
  const localHosts = allowed === 'local'
  const written = validatePost(post, { localHosts })
  const inspected =
    depth === 'media' && isPost(post, written) ? await inspectMedia(post, { localHosts, signal }) : { findings: [], media: [] }
  const findings = [...written, ...inspected.findings]
  return { valid: !hasErrors(findings), findings, media: inspected.media.map(({ use, facts }) => jsonOf({ path: use.path, ...facts })) }
}

const jsonOf = (facts: object): JsonObject => JSON.parse(JSON.stringify(facts))
