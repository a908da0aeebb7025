import type { JsonObject } from '../../framework/protocol/messages.ts'
import { hasErrors } from './media/finding.ts'
import { inspectMedia } from './media/inspect.ts'
import { isPost, validatePost } from './media/validate.ts'
import type { PublishFailure } from './publish-result.ts'

/**
 * Why the media of a post would be refused, by their headers; undefined when nothing is found. A post that is wrong as it is written is
 * left to the action, which says so. Rejects only when `signal` is aborted.
 */
export async function lookAtMedia(input: JsonObject, signal: AbortSignal | undefined): Promise<PublishFailure | undefined> {
  const post: unknown = input
  if (!isPost(post, validatePost(post, { localHosts: true }))) return undefined
  const { findings } = await inspectMedia(post, { localHosts: true, ...(signal ? { signal } : {}) })
  if (!hasErrors(findings)) return undefined
  const errors = findings.filter(({ severity }) => severity === 'error')
  const message = errors.map(({ rule, path, found, fix }) => `${path} (${rule}): ${found}; ${fix}`).join('. ')
  return { code: 'MEDIA_ERROR', message, retryable: false, details: { findings: findings.map((finding) => ({ ...finding })) } }
}
