import type { JsonObject } from '../../framework/protocol/messages.ts'
import { inspectMedia } from './media/inspect.ts'
import { isPost, validatePost } from './media/validate.ts'
import type { PublishFailure } from './publish-result.ts'

export interface ProbePostOptions {
  /** Media on this machine or in a private network are fine: for a sandbox. */
  readonly localHosts: boolean
  readonly signal?: AbortSignal | undefined
}

/** Looks at the media of a post; undefined when nothing is wrong with them. A post that is itself wrong is left to the action. */
export async function probePost(post: JsonObject, { localHosts, signal }: ProbePostOptions): Promise<PublishFailure | undefined> {
  if (!isPost(post, validatePost(post, { localHosts: true }))) return undefined
  const { findings } = await inspectMedia(post, { localHosts, ...(signal ? { signal } : {}) })
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return undefined
  const message = errors.map(({ rule, path, found, fix }) => `${path} (${rule}): ${found}; ${fix}`).join('. ')
  return { code: 'MEDIA_ERROR', message, retryable: false, details: { findings: errors.map((finding) => ({ ...finding })) } }
}
