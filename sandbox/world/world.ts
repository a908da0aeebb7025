import { type Catalogue, loadCatalogue } from '../catalogue.ts'
import { type Clock, createClock } from '../clock.ts'
import type { PostSeries } from '../data/posts.ts'
import { Faults } from '../faults/faults.ts'
import type { Host } from '../hosts.ts'
import { Containers } from '../publishing/containers.ts'
import type { PublishingSettings } from '../publishing/options.ts'
import { Recordings } from '../recordings.ts'
import { Logins } from '../tokens/logins.ts'
import { RequestLog } from '../wire/log.ts'
import { InstagramBook } from './instagram.ts'
import type { Settings } from './options.ts'
import { PageBook } from './pages.ts'
import { TokenStore } from './token-store.ts'
import { Usage } from './usage.ts'

/** Everything that one sandbox knows. Routes read it; only the admin side, faults and writing routes change it. */
export interface World {
  readonly settings: Settings
  readonly clock: Clock
  /** Start of the clock in milliseconds: the history lies before it. */
  readonly anchor: number
  readonly catalogue: Catalogue
  readonly pages: PageBook
  readonly instagram: InstagramBook
  /** Containers on their way to be posts; the posts themselves are in `instagram.published`. */
  readonly publishing: { readonly settings: PublishingSettings; readonly containers: Containers }
  readonly tokens: TokenStore
  /** Logins that have not led to a token yet. */
  readonly logins: Logins
  readonly usage: Usage
  readonly faults: Faults
  readonly log: RequestLog
  readonly recordings: Recordings
  /** Secret of the app: the one from the options, or the well-known one of an unprotected sandbox. */
  readonly appSecret: string
  /** Base of the URLs of a host, once the servers listen; of the Facebook side unless told otherwise. */
  url(host?: Host): string
}

/** Makes a world that is not yet reachable by HTTP. */
export function createWorld(settings: Settings, url: (host?: Host) => string): World {
  const clock = createClock(settings.now)
  const now = () => clock.now().getTime()
  const pages = new PageBook(settings.seed, settings.pages)
  const anchor = now()
  const instagram = new InstagramBook({ seed: settings.seed, anchor, settings: settings.instagram, pages, now })
  const appSecret = settings.appSecret ?? 'sandbox-app-secret'
  return {
    settings,
    clock,
    anchor,
    catalogue: loadCatalogue(),
    pages,
    instagram,
    publishing: {
      settings: settings.publishing,
      containers: new Containers({ seed: settings.seed, now, settings: settings.publishing }),
    },
    tokens: new TokenStore({ now, appId: settings.appId, appSecret, firstPage: pages.listed[0], instagram }),
    logins: new Logins(now),
    usage: new Usage(now),
    faults: new Faults(),
    log: new RequestLog(settings.logLimit),
    recordings: new Recordings(settings.recordings),
    appSecret,
    url,
  }
}

/** The posts of a Page in a world. */
export function postSeries(world: Pick<World, 'settings' | 'anchor'>, pageId: string): PostSeries {
  const { seed, posts, days } = world.settings
  return { seed, pageId, count: posts, days, anchor: world.anchor }
}
