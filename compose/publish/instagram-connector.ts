import { inspectPost } from '../../connectors/instagram_publish/inspect-post.ts'
import { type MediaInsights, readMediaInsights } from '../../connectors/instagram_publish/media-insights.ts'
import { instagramPublish } from '../../connectors/instagram_publish/package.ts'
import { type MediaKind, mediaKind, type PostContent, toPost } from '../../connectors/instagram_publish/post-content.ts'
import { failureOfError, type PublishFailure, type PublishResult, resultOf } from '../../connectors/instagram_publish/publish-result.ts'
import { ActionError } from '../../framework/components/actions/action-error.ts'
import { AuthenticationError, asConnectorError } from '../../framework/errors.ts'
import { createRedactor } from '../../framework/http/redaction/redaction.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import { type ActionOutcome, type ActionRequest, actionKey, runAction } from '../../framework/runtime/action/run-action.ts'
import type { ActionJournal } from '../../framework/runtime/ports/action-journal.ts'
import { memoryJournal } from '../../framework/runtime/ports/memory-journal.ts'
import type { Logger } from '../../framework/runtime/read/run-reporter.ts'
import { findAction } from '../find-action.ts'
import { openSession, type Session } from '../session.ts'
import { type InstagramConnectorConfig, isLocal, manifestConfig } from './instagram-config.ts'

/** How one post is published. */
export interface PublishOptions {
  /** Milliseconds that a container may take to become ready; 300,000 by default, 900,000 for videos. */
  readonly maxWaitTime?: number
  /** Milliseconds between two status requests of a container. By default at once, after 1 s, 2 s, 4 s … up to a minute. */
  readonly pollInterval?: number
  /** The same key posts once. By default made of account and content. */
  readonly idempotencyKey?: string
  /** Inspects the media before anything is sent to the API. */
  readonly probeMedia?: boolean
  /** Asks first how many posts are left. */
  readonly checkQuota?: boolean
  /** Resumes what is in doubt: a container that is shown to be unpublished is published again. */
  readonly resume?: boolean
  readonly signal?: AbortSignal
}

/**
 * Publishes to one Instagram account. Results are values: only bugs, a config that cannot be used (ConfigError), a stop by the caller's
 * signal and a broken journal are thrown.
 */
export class InstagramConnector {
  readonly #config: InstagramConnectorConfig
  readonly #journal: ActionJournal
  #opened: Promise<Session> | undefined

  constructor(config: InstagramConnectorConfig) {
    this.#config = config
    this.#journal = config.journal ?? memoryJournal()
  }

  /** Whether the API accepts token and account. Throws when it cannot be asked. */
  async verifyCredentials(): Promise<boolean> {
    try {
      await this.#read('account', {})
      return true
    } catch (thrown) {
      const error = asConnectorError(thrown)
      if (error instanceof AuthenticationError || REJECTED.has(error.code)) return false
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
  deletePost(mediaId: string): Promise<PublishResult> {
    return this.#settled(async (session) => {
      const request = requestOf(session, { name: 'delete', input: { id: assertMediaId(mediaId) } })
      return resultOf(await runAction(request, { journal: memoryJournal(), clock: session.clock }))
    })
  }

  /** Figures of a post by name; absent is absent, retired names give their replacement. Throws ActionError when the API rejects all of them. */
  async getMediaInsights(mediaId: string, metrics?: readonly string[]): Promise<MediaInsights> {
    const id = assertMediaId(mediaId)
    return readMediaInsights(async (names) => (await this.#read('insights', { id, metric: names.join(',') }))['data'], metrics)
  }

  /** Closes idle connections and the journal. */
  async close(): Promise<void> {
    // A session that could not be opened has nothing to close, and its caller got the error.
    const session = await this.#opened?.catch(() => undefined)
    session?.close()
    await this.#journal.close()
  }

  #publish(input: JsonObject, options: PublishOptions): Promise<PublishResult> {
    return this.#settled(async (session) => {
      const request = requestOf(session, { name: 'publish', input, key: options.idempotencyKey, options: runOptions(options) })
      // What was begun is resumed: its media may be gone by now.
      const isNew = options.probeMedia === true && (await this.#journal.show(actionKey(request))) === undefined
      const failure = isNew ? await this.#inspect(input, options) : undefined
      if (failure) return { success: false, error: failure }
      const { signal, resume = false } = options
      return resultOf(await runAction(request, { journal: this.#journal, clock: session.clock, signal, resume }))
    })
  }

  /** Why the media of a post would be rejected. What is wrong with the post as it is written is left to the action. */
  async #inspect(input: JsonObject, { signal }: PublishOptions): Promise<PublishFailure | undefined> {
    if (!(await inspectPost(input, { depth: 'written', media: 'local' })).valid) return undefined
    const { valid, findings } = await inspectPost(input, { depth: 'media', media: isLocal(this.#config) ? 'local' : 'public', signal })
    if (valid) return undefined
    const errors = findings.filter(({ severity }) => severity === 'error')
    const message = errors.map(({ rule, path, found, fix }) => `${path} (${rule}): ${found}; ${fix}`).join('. ')
    return { code: 'MEDIA_ERROR', message, retryable: false, details: { findings: findings.map((diagnostic) => ({ ...diagnostic })) } }
  }

  /** The output of an action that changes nothing. Throws ActionError when the API rejects it. */
  async #read(name: string, input: JsonObject): Promise<JsonObject> {
    const session = await this.#session()
    const outcome = await runAction(requestOf(session, { name, input }), { journal: memoryJournal(), clock: session.clock })
    if (outcome.state !== 'DONE') throw errorOf(outcome)
    return outcome.output ?? {}
  }

  async #settled(work: (session: Session) => Promise<PublishResult>): Promise<PublishResult> {
    const session = await this.#session()
    const result = await work(session).catch((thrown: unknown): PublishResult => ({ success: false, error: failureOfError(thrown) }))
    const { error, ...rest } = result
    return error === undefined ? result : { ...rest, error: JSON.parse(session.redactor.redact(JSON.stringify(error))) }
  }

  #session(): Promise<Session> {
    const { clock, log } = this.#config
    this.#opened ??= (async () => {
      const redactor = createRedactor()
      const logger: Logger = { log: (level, message) => log?.(level, redactor.redact(message)) }
      return openSession({ connector: instagramPublish.id, config: manifestConfig(this.#config), redactor, logger, clock })
    })()
    return this.#opened
  }
}

const REJECTED: ReadonlySet<string> = new Set(['OAUTH_ERROR', 'API_ERROR', 'UNREADABLE'])

interface Task {
  readonly name: string
  readonly input: JsonObject
  readonly key?: string | undefined
  readonly options?: JsonObject
}

function requestOf({ connector }: Session, { name, ...task }: Task): ActionRequest {
  return { action: findAction(connector, name), connector: connector.manifest.id, ...task }
}

/** Options of the run. One failed status request is tolerated, so that programs hear of a lost connection soon. */
function runOptions({ maxWaitTime, pollInterval, checkQuota = false }: PublishOptions): JsonObject {
  return {
    status_fields: 'status_code',
    tolerated_failures: 2,
    check_quota: checkQuota,
    ...(maxWaitTime === undefined ? {} : { max_wait_seconds: maxWaitTime / 1000 }),
    ...(pollInterval === undefined ? {} : { poll_interval_seconds: pollInterval / 1000 }),
  }
}

function errorOf({ failure }: ActionOutcome): ActionError {
  const { code = 'API_ERROR', message = 'no reason was recorded', retryable = false, details = {} } = failure ?? {}
  return new ActionError(code, message, { retryable, details })
}

/** Ids go into paths: one with a slash or dots in it would address something else. Throws ActionError. */
function assertMediaId(id: string): string {
  if (/^[\w-]+$/.test(id)) return id
  throw new ActionError('API_ERROR', `${JSON.stringify(id)} is not the id of a media`)
}
