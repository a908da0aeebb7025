import type { Action } from '../../framework/components/actions/action.ts'
import { AuthenticationError, asConnectorError } from '../../framework/errors.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import { type ActionRequest, actionKey, runAction } from '../../framework/runtime/action/run-action.ts'
import type { ActionJournal } from '../../framework/runtime/ports/action-journal.ts'
import { memoryJournal } from '../../framework/runtime/ports/memory-journal.ts'
import { type FacadeServices, type InstagramConnectorConfig, manifestConfig, openServices } from './facade-services.ts'
import { type GraphAsk, graphReader } from './graph-reader.ts'
import { assertMediaId } from './media-id.ts'
import { type MediaInsights, readMediaInsights } from './media-insights.ts'
import { lookAtMedia } from './media-look.ts'
import { openPublishing } from './open-publishing.ts'
import { type MediaKind, mediaKind, type PostContent, toPost } from './post-content.ts'
import { probePost } from './probe-post.ts'
import { failureOfError, type PublishResult, resultOf } from './publish-result.ts'

export interface PublishOptions {
  /** Milliseconds that a container may take to become ready; 300,000 by default, 900,000 for videos. */
  readonly maxWaitTime?: number
  /** Milliseconds between two looks at a container. By default at once, after 1 s, 2 s, 4 s … up to a minute. */
  readonly pollInterval?: number
  /** The same key posts once. By default made of account and content. */
  readonly idempotencyKey?: string
  /** Looks at the media before anything is sent to the API. */
  readonly probeMedia?: boolean
  /** Asks first how many posts are left. */
  readonly checkQuota?: boolean
  /** Goes on with what is in doubt: a container that is shown to be unpublished is published again. */
  readonly resume?: boolean
  readonly signal?: AbortSignal
}

/** Publishes to one Instagram account. Results are values: only bugs, a stop by the caller's signal and a broken journal are thrown. */
export class InstagramConnector {
  readonly #config: InstagramConnectorConfig
  readonly #facade: FacadeServices
  readonly #journal: ActionJournal

  constructor(config: InstagramConnectorConfig) {
    this.#config = config
    this.#facade = openServices(config)
    this.#journal = config.journal ?? memoryJournal()
  }

  /** Whether the API takes token and account. Throws when it cannot be asked. */
  async verifyCredentials(): Promise<boolean> {
    try {
      const body = await this.#ask()({ path: this.#config.instagramAccountId, fields: 'id,username' })
      return typeof body === 'object' && body !== null && 'id' in body
    } catch (thrown) {
      const error = asConnectorError(thrown)
      if (error instanceof AuthenticationError || REFUSED.has(error.code)) return false
      throw thrown
    }
  }

  /** One image or video (as a Reel); several become a carousel. */
  async publishFeedPost(content: PostContent, options: PublishOptions = {}): Promise<PublishResult> {
    if (content.mediaUrls.length > 1) return this.publishCarousel(content, options)
    const [url] = content.mediaUrls
    const kind = content.mediaTypes?.[0] ?? (url === undefined ? undefined : mediaKind(url))
    const isVideo = kind === 'video' || (url === undefined && content.videoFile !== undefined)
    return this.#publish(toPost(isVideo ? 'video' : 'image', content, kind), options)
  }

  /** 2 to 10 images and videos. */
  publishCarousel(content: PostContent, options: PublishOptions = {}): Promise<PublishResult> {
    return this.#publish(toPost('carousel', content), options)
  }

  publishReel(content: PostContent, options: PublishOptions = {}): Promise<PublishResult> {
    return this.#publish(toPost('reel', content, 'video'), options)
  }

  /** Stories have no caption. */
  publishStory(content: PostContent, kind: MediaKind, options: PublishOptions = {}): Promise<PublishResult> {
    return this.#publish(toPost('story', content, kind), options)
  }

  /** Facebook Login only; NOT_SUPPORTED elsewhere. */
  async deletePost(mediaId: string): Promise<PublishResult> {
    try {
      const input = { id: assertMediaId(mediaId) }
      return await this.#run(this.#open({}).delete, { input, key: `delete-${mediaId}`, journal: memoryJournal() })
    } catch (thrown) {
      return { success: false, error: failureOfError(thrown) }
    }
  }

  /** Figures of a post by name; absent is absent, retired names give their replacement. Throws ActionError when the API refuses all of them. */
  async getMediaInsights(mediaId: string, metrics?: readonly string[]): Promise<MediaInsights> {
    return readMediaInsights(this.#ask(), assertMediaId(mediaId), metrics)
  }

  /** Closes idle connections and the journal. */
  async close(): Promise<void> {
    this.#facade.http.close()
    await this.#journal.close()
  }

  async #publish(input: JsonObject, options: PublishOptions): Promise<PublishResult> {
    if (options.probeMedia) {
      const { signal } = options
      const error = await probePost(input, { localHosts: isLocal(this.#config.baseUrl), signal })
      if (error) return { success: false, error }
    }
    const { publish } = this.#open(options)
    return this.#run(publish, { input, key: options.idempotencyKey, journal: this.#journal, options })
  }

  #open({ checkQuota = false }: Pick<PublishOptions, 'checkQuota'>) {
    return openPublishing(manifestConfig(this.#config, { checkQuota }), this.#facade.services)
  }

  #ask(): GraphAsk {
    return graphReader(manifestConfig(this.#config, { checkQuota: false }), this.#facade.services)
  }

  async #run(
    action: Action,
    given: Pick<ActionRequest, 'input' | 'key'> & { readonly journal: ActionJournal; readonly options?: PublishOptions },
  ): Promise<PublishResult> {
    const { input, key, journal, options = {} } = given
    const { clock } = this.#config
    const { services, redact } = this.#facade
    const request = { action, connector: CONNECTOR, input, key, options: runOptions(options) }
    try {
      const { signal, resume = false, probeMedia = false } = options
      // What was begun is gone on with: its media may be gone by now.
      const isNew = probeMedia && (await journal.show(actionKey(request))) === undefined
      const refusal = isNew ? await lookAtMedia(input, signal) : undefined
      if (refusal) return masked({ success: false, error: refusal }, redact)
      const outcome = await runAction(request, { journal, clock: clock ?? services.clock, signal, resume })
      return masked(resultOf(outcome), redact)
    } catch (thrown) {
      return masked({ success: false, error: failureOfError(thrown) }, redact)
    }
  }
}

const CONNECTOR = 'conn::third_party::social::meta::instagram_publish::rest'
const REFUSED: ReadonlySet<string> = new Set(['OAUTH_ERROR', 'API_ERROR', 'UNREADABLE'])

/** How a run goes about it. One failed look at a container is forgiven, so that programs hear of a lost connection soon. */
function runOptions({ maxWaitTime, pollInterval }: PublishOptions): JsonObject {
  return {
    status_fields: 'status_code',
    tolerated_failures: 2,
    ...(maxWaitTime === undefined ? {} : { max_wait_seconds: maxWaitTime / 1000 }),
    ...(pollInterval === undefined ? {} : { poll_interval_seconds: pollInterval / 1000 }),
  }
}

/** A local API fetches local media. */
function isLocal(baseUrl: string | undefined): boolean {
  return baseUrl !== undefined && /^(?:localhost|127\.|\[::1\])/.test(new URL(baseUrl).hostname)
}

function masked(result: PublishResult, redact: (text: string) => string): PublishResult {
  return result.error === undefined ? result : { ...result, error: JSON.parse(redact(JSON.stringify(result.error))) }
}
