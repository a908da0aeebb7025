import { onTestFinished } from 'vitest'
import type { InstagramConnectorConfig } from '../../../compose/publish/instagram-config.ts'
import { InstagramConnector, type PublishOptions } from '../../../compose/publish/instagram-connector.ts'
import type { PublishResult } from '../../../connectors/instagram_publish/publish-result.ts'
import type { Clock } from '../../../framework/clock.ts'
import type { ActionJournal } from '../../../framework/runtime/ports/action-journal.ts'
import { memoryJournal } from '../../../framework/runtime/ports/memory-journal.ts'
import type { Fault } from '../../../sandbox/faults/fault.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts'

export type Kind = 'image' | 'reel' | 'carousel' | 'story'

/** A sandbox, an account in it, and a connector whose time is that of the sandbox: what it waits for passes at once. */
export interface PublishingWorld {
  readonly sandbox: Sandbox
  readonly account: string
  readonly journal: ActionJournal
  /** Replaces the faults in force. */
  break(...faults: readonly Fault[]): void
  /** One post of a kind under a key, by a connector of its own, as a program that was started anew would do it. */
  post(kind: Kind, key: string, options?: PublishOptions): Promise<PublishResult>
  /** One post of an image that the sandbox serves. */
  postSample(name: string, key: string, options?: PublishOptions): Promise<PublishResult>
  /** How many posts stand on the account for a key. */
  live(key: string): number
}

/** `config` may depend on the sandbox: tokens and addresses are known once it is up. */
export async function openPublishingWorld(
  options: SandboxOptions = {},
  config: (sandbox: Sandbox) => Partial<InstagramConnectorConfig> = () => ({}),
): Promise<PublishingWorld> {
  const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', instagram: { accounts: 1, media: 10, stories: 0 }, ...options })
  onTestFinished(() => sandbox.close())
  const [account = ''] = sandbox.instagram.accounts
  const journal = memoryJournal()
  const open = () =>
    new InstagramConnector({
      accessToken: 'sandbox-user-token',
      instagramAccountId: account,
      baseUrl: sandbox.url,
      journal,
      clock: clockOf(sandbox),
      ...config(sandbox),
    })
  return {
    sandbox,
    account,
    journal,
    break: (...faults) => {
      sandbox.faults.clear()
      for (const fault of faults) sandbox.faults.add(fault)
    },
    post: (kind, key, more = {}) => posted(open(), { sandbox, kind, options: { idempotencyKey: key, ...more }, caption: captionOf(key) }),
    postSample: (name, key, more = {}) =>
      open().publishFeedPost({ mediaUrls: [sandbox.sample(name)], caption: captionOf(key) }, { idempotencyKey: key, ...more }),
    live: (key) => sandbox.published(account).by_caption[captionOf(key)] ?? 0,
  }
}

const captionOf = (key: string): string => `Post of ${key}`

/** Sleeping moves the clock of the sandbox. */
function clockOf({ clock }: Sandbox): Clock {
  return {
    now: () => clock.now().getTime(),
    monotonic: () => clock.now().getTime(),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      clock.advance(ms)
    },
  }
}

interface Order {
  readonly sandbox: Sandbox
  readonly kind: Kind
  readonly caption: string
  readonly options: PublishOptions
}

function posted(connector: InstagramConnector, { sandbox, kind, caption, options }: Order): Promise<PublishResult> {
  const photo = sandbox.sample('photo.jpg?width=1080&height=1080')
  const video = sandbox.sample('film.mp4?seconds=10')
  if (kind === 'reel') return connector.publishReel({ mediaUrls: [video], caption }, options)
  if (kind === 'carousel') return connector.publishCarousel({ mediaUrls: [photo, video], caption }, options)
  if (kind === 'story') return connector.publishStory({ mediaUrls: [photo] }, 'image', options)
  return connector.publishFeedPost({ mediaUrls: [photo], caption }, options)
}
