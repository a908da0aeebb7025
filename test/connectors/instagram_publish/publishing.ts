import { onTestFinished } from 'vitest'
import type { InstagramConnectorConfig } from '../../../compose/publish/instagram-config.ts'
import { InstagramConnector } from '../../../compose/publish/instagram-connector.ts'
import type { Clock } from '../../../framework/clock.ts'
import type { Fault } from '../../../sandbox/faults/fault.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts'

export const PUBLISH = 'POST /{ig-user}/media_publish'
export const CREATE = 'POST /{ig-user}/media'

export interface Place {
  readonly sandbox: Sandbox
  readonly account: string
  readonly instagram: InstagramConnector
  /** Another program with the same account, or the same one with other settings. */
  connect(more?: Partial<InstagramConnectorConfig>): InstagramConnector
  /** Posts that are live, by caption. */
  live(): Readonly<Record<string, number>>
  fault(fault: Fault): void
  image(name?: string): string
  video(seconds?: number): string
}

/** A sandbox that lives as long as the test, and a connector whose waiting moves the clock of the sandbox. */
export async function openPlace(options: SandboxOptions = {}): Promise<Place> {
  const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', instagram: { media: 10, accounts: 2 }, ...options })
  onTestFinished(() => sandbox.close())
  const account = sandbox.instagram.accounts[0] ?? ''
  const clock: Clock = {
    now: () => sandbox.clock.now().getTime(),
    monotonic: () => sandbox.clock.now().getTime(),
    sleep: async (ms) => void sandbox.clock.advance(ms),
  }
  const connect: Place['connect'] = (more = {}) =>
    new InstagramConnector({ accessToken: 'sandbox-user-token', instagramAccountId: account, baseUrl: sandbox.url, clock, ...more })
  return {
    sandbox,
    account,
    instagram: connect(),
    connect,
    live: () => sandbox.published(account).by_caption,
    fault: (fault) => void sandbox.faults.add(fault),
    image: (name = 'photo.jpg?width=1080&height=1080') => sandbox.sample(name),
    video: (seconds = 20) => sandbox.sample(`film.mp4?seconds=${seconds}`),
  }
}
