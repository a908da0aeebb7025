import { type PublishingOptions, type PublishingSettings, publishingSettings } from '../publishing/options.ts'
import { type InstagramOptions, type InstagramSettings, instagramSettings } from './instagram-options.ts'

/** Where request lines go; pino and console both fit. */
export interface Logger {
  info(details: Readonly<Record<string, unknown>>, message: string): void
}

/** How a sandbox is started; everything has a default. */
export interface SandboxOptions {
  /** 0 (default) takes a free port. */
  readonly port?: number
  /** Port of the second address, which behaves like graph.instagram.com; 0 (default) takes a free one. */
  readonly instagramPort?: number
  /** Loopback unless told otherwise. */
  readonly host?: string
  /** All generated data follow from it; default 1. */
  readonly seed?: number
  /** Start of the fake clock, which then stands still until moved. Default: the present, running along. */
  readonly now?: string | Date
  /** Pages under `/me/accounts`; default 3. */
  readonly pages?: number
  /** Days of history before the start; default 400. */
  readonly days?: number
  /** Posts per Page before the start, spread over the history; default 120. */
  readonly posts?: number
  /** Accounts, media, stories and hashtags of Instagram. */
  readonly instagram?: InstagramOptions
  /** How containers are processed, and how many there may be. */
  readonly publishing?: PublishingOptions
  /** Hours until a day's insights appear; default 48. */
  readonly delayHours?: number
  /** What the days younger than the delay look like: no rows (default), or lower figures that still grow. */
  readonly recent?: 'absent' | 'provisional'
  readonly appId?: string
  /** When set, each call needs the `appsecret_proof` of its token. */
  readonly appSecret?: string
  /** Real milliseconds that each answer takes longer. */
  readonly latencyMs?: number
  /** Folder of recorded responses; default: the ones that come with the package. */
  readonly recordings?: string
  /** Requests that the log keeps (the newest); default 20,000. Counts are never cut. */
  readonly logLimit?: number
  /** Gets one line per request, without tokens. */
  readonly logger?: Logger
}

/** The options with their defaults filled in. */
export type Settings = Required<Omit<SandboxOptions, 'now' | 'appSecret' | 'logger' | 'recordings' | 'instagram' | 'publishing'>> &
  Pick<SandboxOptions, 'now' | 'appSecret' | 'logger' | 'recordings'> & {
    readonly instagram: InstagramSettings
    readonly publishing: PublishingSettings
  }

const DEFAULTS = {
  port: 0,
  instagramPort: 0,
  host: '127.0.0.1',
  seed: 1,
  pages: 3,
  days: 400,
  posts: 120,
  delayHours: 48,
  recent: 'absent',
  appId: '1234567890',
  latencyMs: 0,
  logLimit: 20_000,
} as const

/** Fills in the defaults. Throws a TypeError for numbers that make no world. */
export function settingsOf(options: SandboxOptions): Settings {
  const instagram = instagramSettings(options.instagram)
  const pages = options.pages ?? Math.max(DEFAULTS.pages, instagram.accounts ?? 0)
  const settings: Settings = { ...DEFAULTS, ...options, pages, instagram, publishing: publishingSettings(options.publishing) }
  if ((instagram.accounts ?? 0) > pages) throw new TypeError('sandbox: instagram.accounts must not exceed pages, each account needs one')
  for (const name of ['port', 'instagramPort', 'seed', 'pages', 'days', 'posts', 'delayHours', 'latencyMs', 'logLimit'] as const) {
    if (!Number.isFinite(settings[name]) || settings[name] < 0) throw new TypeError(`sandbox: ${name} must be a number of 0 or more`)
  }
  return settings
}
