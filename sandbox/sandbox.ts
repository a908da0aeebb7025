import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Truth } from './admin/truth.ts'
import type { Clock } from './clock.ts'
import type { Faults } from './faults/faults.ts'
import type { Host } from './hosts.ts'
import { createGraphServer } from './http/server.ts'
import type { Containers } from './publishing/containers.ts'
import type { Recordings } from './recordings.ts'
import type { Logins } from './tokens/logins.ts'
import type { LoggedRequest } from './wire/log.ts'
import type { InstagramBook } from './world/instagram.ts'
import { type LivePosts, livePosts } from './world/ledger.ts'
import { type SandboxOptions, settingsOf } from './world/options.ts'
import type { PageBook } from './world/pages.ts'
import type { TokenStore } from './world/token-store.ts'
import type { Usage } from './world/usage.ts'
import { createWorld } from './world/world.ts'

export type { SandboxOptions } from './world/options.ts'

/** A running local Graph API. */
export interface Sandbox {
  /** Base URL without a slash at the end, for example `http://127.0.0.1:41234`. */
  readonly url: string
  /** The same world as graph.instagram.com shows it: another address, other tokens. */
  readonly instagramUrl: string
  readonly clock: Clock
  readonly tokens: TokenStore
  /** Decides what the person at the next authorisation page does. */
  readonly logins: Logins
  readonly pages: PageBook
  readonly instagram: InstagramBook
  readonly recordings: Recordings
  /** Containers of all accounts. */
  readonly containers: Containers
  readonly faults: Faults
  readonly usage: Usage
  readonly truth: Truth
  /** The newest requests, oldest first; no tokens in them. */
  readonly requests: readonly LoggedRequest[]
  /** Requests by route since the start or the last reset. */
  readonly counts: Readonly<Record<string, number>>
  /** What was published on an account. */
  published(account: string): LivePosts
  /** URL of a file of the given form that the sandbox serves: `photo.jpg?width=1080`, `film.mp4?seconds=10`, `picture.png`. */
  sample(name: string): string
  /** Empties the log and the counts; faults, tokens, clock and usage stay. */
  reset(): void
  /** Ends all connections, also stalled ones, and frees the ports. */
  close(): Promise<void>
}

/** Starts a sandbox and resolves once it listens on both addresses. Rejects when a port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = settingsOf(options)
  const urls = { facebook: '', instagram: '' }
  const world = createWorld(settings, (host = 'facebook') => urls[host])
  const reset = () => world.log.reset()
  const servers = {
    facebook: createGraphServer(world, { host: 'facebook', reset }),
    instagram: createGraphServer(world, { host: 'instagram', reset }),
  }
  const start = async (host: Host, port: number) => {
    urls[host] = await listen(servers[host], settings.host, port)
  }
  await start('facebook', settings.port)
  await start('instagram', settings.instagramPort).catch(async (error: unknown) => {
    await stop(servers.facebook)
    throw error
  })
  const { clock, tokens, pages, instagram, recordings, faults, usage, log } = world
  return {
    url: urls.facebook,
    instagramUrl: urls.instagram,
    clock,
    tokens,
    logins: world.logins,
    pages,
    instagram,
    recordings,
    containers: world.publishing.containers,
    faults,
    usage,
    truth: new Truth(world),
    get requests() {
      return log.entries
    },
    get counts() {
      return log.counts
    },
    published: (account) => livePosts(world, account),
    sample: (name) => `${urls.facebook}/__sandbox/samples/${name}`,
    reset,
    close: async () => {
      await Promise.all([stop(servers.facebook), stop(servers.instagram)])
    },
  }
}

/** Resolves to the base URL. */
async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  const taken = (server.address() as AddressInfo).port
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}
