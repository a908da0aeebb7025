import type { AddressInfo } from 'node:net'
import type { Clock } from './clock.ts'
import type { Faults } from './faults/faults.ts'
import type { LoggedRequest } from './http/log.ts'
import { createGraphServer } from './http/server.ts'
import { type SandboxOptions, settingsOf } from './options.ts'
import type { PageBook } from './pages.ts'
import type { TokenStore } from './tokens/store.ts'
import { Truth } from './truth.ts'
import type { Usage } from './usage.ts'
import { createWorld } from './world.ts'

export type { SandboxOptions } from './options.ts'

/** A running local Graph API. */
export interface Sandbox {
  /** Base URL without a slash at the end, for example `http://127.0.0.1:41234`. */
  readonly url: string
  readonly clock: Clock
  readonly tokens: TokenStore
  readonly pages: PageBook
  readonly faults: Faults
  readonly usage: Usage
  readonly truth: Truth
  /** The newest requests, oldest first; no tokens in them. */
  readonly requests: readonly LoggedRequest[]
  /** Requests by route since the start or the last reset. */
  readonly counts: Readonly<Record<string, number>>
  /** Empties the log and the counts; faults, tokens, clock and usage stay. */
  reset(): void
  /** Ends all connections, also stalled ones, and frees the port. */
  close(): Promise<void>
}

/** Starts a sandbox and resolves once it listens. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = settingsOf(options)
  let url = ''
  const world = createWorld(settings, () => url)
  const reset = () => world.log.reset()
  const server = createGraphServer(world, reset)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(settings.port, settings.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  url = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`
  const { clock, tokens, pages, faults, usage, log } = world
  return {
    url,
    clock,
    tokens,
    pages,
    faults,
    usage,
    truth: new Truth(world),
    get requests() {
      return log.entries
    },
    get counts() {
      return log.counts
    },
    reset,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}
